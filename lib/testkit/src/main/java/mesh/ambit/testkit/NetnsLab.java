package mesh.ambit.testkit;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.linux.CommandException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A lab of network namespaces: one for each test, named after it, gone when the test ends.
 *
 * <pre>{@code
 * @RegisterExtension
 * final NetnsLab lab = new NetnsLab();
 *
 * @Test
 * void podsReachEachOther() {
 *     LabNamespace web = lab.pod("web");
 *     LabNamespace orders = lab.pod("orders");
 *     web.run("ping", "-c1", orders.ipv4().getHostAddress());
 * }
 * }</pre>
 *
 * <h2>The network</h2>
 *
 * Pods hang on the bridge of a fabric namespace, as in the embedded mesh: each has its addresses as /32 and /128 on
 * {@code eth0} and sends everything there, so that any address plan works. Nothing is put into the machine's own
 * namespace.
 *
 * <h2>Clean-up</h2>
 *
 * When a test ends, however it ends, its processes are killed and its namespaces removed; when it failed, the lines to
 * enter the namespaces are printed first. Namespaces that a killed test run left are swept by the next one. Where
 * namespaces cannot be made the test is skipped with the reason, except in a CI, where it fails.
 */
public final class NetnsLab implements BeforeEachCallback, AfterEachCallback {
    private static final String PREFIX = "amt-";
    private static final Path NAMED = Path.of("/run/netns");
    private static final int MAX_TITLE = 60;
    /** Labs of one JVM, which may run tests side by side. */
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Map<String, LabNamespace> namespaces = new LinkedHashMap<>();
    private String name = "";
    private @Nullable LabNamespace fabric;
    private int pods;

    @Override
    public void beforeEach(ExtensionContext context) {
        name = nameFor(context);
        sweep();
        try {
            fabric = isolated("fabric");
        } catch (CommandException e) {
            if (System.getenv("CI") != null) {
                Assertions.fail("cannot make network namespaces", e);
            }
            Assumptions.abort("cannot make network namespaces: " + e.getMessage());
        }
        fabric().pipe("""
                link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
                link set br0 up
                address add 10.77.0.1/16 dev br0
                address add fd77::1/32 dev br0 nodad
                route add 0.0.0.0/0 dev br0
                route add ::/0 dev br0
                """, "ip", "-batch", "-");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.err.println("The lab of the failed test was:");
            namespaces.values().forEach(namespace -> System.err.println("  " + namespace.enterLine()));
        }
        List<RuntimeException> failures = new ArrayList<>();
        for (LabNamespace namespace : namespaces.values()) {
            try {
                namespace.remove();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        namespaces.clear();
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    /** Returns the name of this lab, unlike that of any other on this machine. */
    public String name() {
        return name;
    }

    /** Returns the namespace of the bridge {@code br0}, with the addresses 10.77.0.1 and fd77::1. */
    public LabNamespace fabric() {
        if (fabric == null) {
            throw new IllegalStateException("the lab is there only while a test runs");
        }
        return fabric;
    }

    /** Makes a namespace with nothing but a loopback that is up. */
    public LabNamespace isolated(String title) {
        if (namespaces.containsKey(title)) {
            throw new IllegalArgumentException("there is a namespace " + title + " already");
        }
        String full = name + "-" + title;
        LabNamespace.tool("ip", "netns", "add", full).require();
        LabNamespace namespace = new LabNamespace(full, NAMED.resolve(full), List.of());
        namespaces.put(title, namespace);
        namespace.run("ip", "link", "set", "lo", "up");
        return namespace;
    }

    /** Makes a pod on the fabric with the next free address of 10.77.1.0/24 and of fd77:0:0:1::/64. */
    public LabNamespace pod(String title) {
        int number = pods + 1;
        return pod(
                title,
                InetAddress.ofLiteral("10.77.1." + (number + 9)),
                InetAddress.ofLiteral("fd77:0:0:1::" + Integer.toHexString(number + 9)));
    }

    /** Makes a pod on the fabric with these addresses. */
    public LabNamespace pod(String title, InetAddress... addresses) {
        LabNamespace bare = isolated(title);
        LabNamespace pod = new LabNamespace(bare.name(), bare.path(), List.of(addresses));
        bare.forget();
        namespaces.put(title, pod);
        pods++;
        String port = "pod" + pods;
        fabric().run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", pod.name());
        fabric().run("ip", "link", "set", port, "master", "br0", "up");
        StringBuilder batch = new StringBuilder("link set eth0 up\n");
        for (InetAddress address : addresses) {
            batch.append("address add ").append(address.getHostAddress()).append(" dev eth0 nodad\n");
        }
        batch.append("route add 0.0.0.0/0 dev eth0\nroute add ::/0 dev eth0\n");
        pod.pipe(batch.toString(), "ip", "-batch", "-");
        return pod;
    }

    private static String nameFor(ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName() + "-"
                + context.getRequiredTestMethod().getName();
        String title = test.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "");
        return PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-"
                + title.substring(0, Math.min(MAX_TITLE, title.length()));
    }

    /** Removes what runs that are dead left behind; their process id is part of the name. */
    static void sweep() {
        String[] names = NAMED.toFile().list();
        for (String left : names == null ? new String[0] : names) {
            String[] parts = left.split("-", 3);
            if (left.startsWith(PREFIX) && parts.length == 3 && parts[1].matches("\\d{1,9}") && isDead(parts[1])) {
                new LabNamespace(left, NAMED.resolve(left), List.of()).remove();
            }
        }
    }

    private static boolean isDead(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }
}
