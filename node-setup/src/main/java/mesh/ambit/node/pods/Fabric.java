package mesh.ambit.node.pods;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;

/**
 * The network between pods: a namespace with a bridge, to which every pod and every ztunnel hangs by a link of its own.
 * Nothing of it is in the machine's own namespace. Every method is idempotent and needs a platform thread.
 */
public final class Fabric implements AutoCloseable {
    /** Name of the namespace. */
    public static final String NAME = "ambit-fabric";

    private static final String BRIDGE = """
            link set br0 up
            address replace 10.77.0.1/16 dev br0
            route replace 0.0.0.0/0 dev br0
            """;

    private static final String BRIDGE_V6 = """
            address replace fd77::1/32 dev br0 nodad
            route replace ::/0 dev br0
            """;

    private final NetNs namespace;

    private Fabric(NetNs namespace) {
        this.namespace = namespace;
    }

    /** Makes the fabric if there is none, repairs it if it is half made, and returns a handle. */
    public static Fabric ensure() {
        NetNs namespace = named(NAME);
        try {
            if (!hasLink(namespace, "br0")) {
                batch(namespace, "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n");
            }
            batch(namespace, hasIpv6() ? BRIDGE + BRIDGE_V6 : BRIDGE);
            return new Fabric(namespace);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /** Returns whether there is a fabric, whole or not. */
    public static boolean exists() {
        return Files.exists(NetNs.NAMED.resolve(NAME));
    }

    /** Returns the file of the namespace that a name or a path means. */
    static Path pathOf(String nameOrPath) {
        return NetNs.NAMED.resolve(nameOrPath);
    }

    /** Returns whether this machine's kernel speaks IPv6 at all. */
    static boolean hasIpv6() {
        return Files.exists(Path.of("/proc/sys/net/ipv6"));
    }

    /** Returns the namespace, which stays ours. */
    public NetNs namespace() {
        return namespace;
    }

    /**
     * Opens the namespace called {@code name}, made with its loopback up if there is none. Its settings are such that an
     * address can be used at once.
     */
    public static NetNs named(String name) {
        Path path = NetNs.NAMED.resolve(name);
        NetNs namespace = openOrMake(name, path);
        try {
            setting(namespace, "ipv6/conf/all/disable_ipv6", "0");
            setting(namespace, "ipv6/conf/default/disable_ipv6", "0");
            setting(namespace, "ipv6/conf/all/accept_dad", "0");
            setting(namespace, "ipv6/conf/default/accept_dad", "0");
            setting(namespace, "ipv6/conf/default/accept_ra", "0");
            Command.of("ip", "link", "set", "lo", "up").in(namespace).require();
            return namespace;
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private static NetNs openOrMake(String name, Path path) {
        if (Files.exists(path)) {
            try {
                return NetNs.open(path);
            } catch (LinuxException e) {
                // A run that was killed between making the file and mounting the namespace on it.
                remove(name);
            }
        }
        Command.of("ip", "netns", "add", name).require();
        return NetNs.open(path);
    }

    /**
     * Links {@code pod}, a namespace at {@code path}, to the bridge: {@code eth0} with {@code addresses} as /32 and
     * /128, and everything else reached through it, so that any address plan works.
     *
     * @return the name of our end of the link
     */
    public String attach(Path path, NetNs pod, List<InetAddress> addresses) {
        String port = portName(path);
        if (!hasLink(namespace, port)) {
            Command.of("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", path.toString())
                    .in(namespace)
                    .require();
        }
        batch(namespace, "link set " + port + " master br0 up\n");
        StringBuilder commands = new StringBuilder("link set eth0 up\n");
        for (InetAddress address : addresses) {
            if (address instanceof Inet6Address && !hasIpv6()) {
                throw new IllegalStateException(
                        "address " + address.getHostAddress() + ": this machine's kernel has no IPv6");
            }
            commands.append("address replace ").append(address.getHostAddress()).append(" dev eth0 nodad\n");
        }
        commands.append("route replace 0.0.0.0/0 dev eth0\n");
        if (hasIpv6()) {
            commands.append("route replace ::/0 dev eth0\n");
        }
        batch(pod, commands.toString());
        return port;
    }

    /** Cuts a link; its other end goes with it. */
    public void detach(String port) {
        if (!port.isEmpty() && hasLink(namespace, port)) {
            Command.of("ip", "link", "delete", port).in(namespace).require();
        }
    }

    /** Removes the namespace called {@code name}; it is gone once nobody holds it any more. */
    public static void remove(String name) {
        if (Files.exists(NetNs.NAMED.resolve(name))) {
            Command.of("ip", "netns", "delete", name).require();
        }
    }

    /** Returns the name of our end of the link to the namespace at {@code path}. */
    public static String portName(Path path) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(path.toString().getBytes(StandardCharsets.UTF_8));
            // Interface names have at most 15 letters; six bytes are unique enough for the pods of a machine.
            return "p" + HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns whether the namespace has a link that is up besides its loopback. */
    static boolean hasLinks(NetNs namespace) {
        String up = Command.of("ip", "-o", "link", "show", "up").in(namespace).require();
        return up.lines().anyMatch(line -> !line.contains("LOOPBACK"));
    }

    @Override
    public void close() {
        namespace.close();
    }

    private static boolean hasLink(NetNs namespace, String name) {
        return Command.of("ip", "-o", "link", "show", "dev", name)
                        .in(namespace)
                        .run()
                        .exitCode()
                == 0;
    }

    private static void batch(NetNs namespace, String commands) {
        Command.of("ip", "-batch", "-").in(namespace).withInput(commands).require();
    }

    private static void setting(NetNs namespace, String name, String value) {
        namespace.run(() -> {
            Path file = Path.of("/proc/sys/net", name);
            try {
                // Without IPv6 in the kernel there is nothing to set.
                if (Files.exists(file)) {
                    Files.writeString(file, value);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot set " + file, e);
            }
        });
    }
}
