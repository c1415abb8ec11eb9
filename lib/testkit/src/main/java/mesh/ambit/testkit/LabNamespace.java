package mesh.ambit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;
import org.jspecify.annotations.Nullable;

/** One namespace of a {@link NetnsLab}. Whatever is started through it ends with the test. */
public final class LabNamespace {
    /** The kernel makes and removes namespaces one after the other, those of every other test run among them. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String name;
    private final Path path;
    private final List<InetAddress> addresses;
    private final List<Process> processes = new ArrayList<>();
    private @Nullable NetNs handle;

    LabNamespace(String name, Path path, List<InetAddress> addresses) {
        this.name = name;
        this.path = path;
        this.addresses = List.copyOf(addresses);
    }

    /** Returns the name that {@code ip netns} knows. */
    public String name() {
        return name;
    }

    /** Returns the file that stands for the namespace. */
    public Path path() {
        return path;
    }

    /** Returns the first IPv4 address. */
    public InetAddress ipv4() {
        return first(Inet4Address.class);
    }

    /** Returns the first IPv6 address. */
    public InetAddress ipv6() {
        return first(Inet6Address.class);
    }

    /** Returns a handle that lives as long as the lab. */
    public NetNs netNs() {
        if (handle == null) {
            handle = NetNs.open(path);
        }
        return handle;
    }

    /** Runs {@code action} with this thread inside the namespace; sockets that it makes stay inside. */
    public <T extends @Nullable Object, E extends Exception> T call(NetNs.Action<T, E> action) throws E {
        return netNs().call(action);
    }

    /** Returns a tool of the system, for which a busy machine may take long. */
    static Command tool(String... command) {
        return Command.of(command).within(PATIENCE);
    }

    /** Runs a command inside to its end and returns its output; the test fails if the command does. */
    public String run(String... command) {
        return tool(command).in(netNs()).require();
    }

    /** As {@link #run}, with {@code input} on its standard input. */
    public String pipe(String input, String... command) {
        return tool(command).in(netNs()).withInput(input).require();
    }

    /** Starts a command inside; it is killed when the test ends. */
    public Process start(String... command) {
        try {
            Process process = netNs().call(() ->
                    new ProcessBuilder(command).redirectErrorStream(true).start());
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command) + " in " + name, e);
        }
    }

    /** Returns the line that takes a person inside. */
    String enterLine() {
        return "nsenter --net=" + path + " bash";
    }

    void remove() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
        // What those processes started in turn; the namespace is ours, so they are too.
        tool("ip", "netns", "pids", name)
                .run()
                .output()
                .lines()
                .forEach(
                        pid -> ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly));
        forget();
        Command.Result deleted = tool("ip", "netns", "delete", name).run();
        // Another run may have swept it meanwhile, as it does with what the dead leave behind: gone is gone.
        if (Files.exists(path)) {
            throw new IllegalStateException("network namespace " + name + " stays behind: " + deleted.errors());
        }
    }

    /** Closes the handle only. */
    void forget() {
        if (handle != null) {
            handle.close();
            handle = null;
        }
    }

    private InetAddress first(Class<? extends InetAddress> family) {
        return addresses.stream()
                .filter(family::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " has no " + family.getSimpleName()));
    }
}
