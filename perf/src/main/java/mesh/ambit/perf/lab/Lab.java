package mesh.ambit.perf.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import mesh.ambit.linux.Spawner;
import mesh.ambit.perf.lab.LabNet.Place;
import mesh.ambit.perf.load.LoadAgent;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run needs around the programs that it compares. Closing ends all processes and removes namespaces and
 * files, from whatever thread and however far the lab has come.
 */
public final class Lab implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Path folder;
    private final Spawner spawner = new Spawner();
    private final Deque<AutoCloseable> closeables = new ArrayDeque<>();
    private final List<Subject> subjects = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();
    private final BenchAuthority authority = new BenchAuthority();
    private final LabNet net;
    private final LoadProcess client;
    private final LoadProcess server;
    private @Nullable ControlPlane controlPlane;
    private boolean closed;

    /** Makes namespaces, load processes and an empty mesh. */
    public Lab() throws IOException {
        folder = Files.createTempDirectory("ambit-bench-");
        net = keep(new LabNet());
        try {
            client = load("load-client");
            server = load("load-server");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public LabNet net() {
        return net;
    }

    /** Returns where its files are; it goes with the lab. */
    public Path folder() {
        return folder;
    }

    BenchAuthority authority() {
        return authority;
    }

    /** Returns the process that traffic comes from. */
    public LoadProcess client() {
        return client;
    }

    /** Returns the process that traffic goes to. */
    public LoadProcess server() {
        return server;
    }

    /** Returns the alternatives, in the order in which they take turns. */
    public List<Subject> subjects() {
        return List.copyOf(subjects);
    }

    /** Returns a line for each alternative that cannot take part, with what to do about it. */
    public List<String> absent() {
        return List.copyOf(absent);
    }

    ControlPlane controlPlane() {
        if (controlPlane == null) {
            try {
                controlPlane = keep(new ControlPlane(net.fabric(), folder, authority));
            } catch (IOException e) {
                throw new LabException("the control plane does not start: " + e.getMessage(), e);
            }
        }
        return controlPlane;
    }

    /** Has ztunnels know of {@code count} pods besides those under load; calling again changes all of them. */
    public void crowd(int count, int generation) {
        controlPlane().update(BenchMesh.crowd(count, generation));
    }

    /**
     * As {@link #crowd(int, int)}, but only the ztunnels of {@code subject} are told: what it costs the others to take in the
     * news is not to slow down the one whose turn it is.
     */
    public void crowd(int count, int generation, Subject subject) {
        controlPlane().update(BenchMesh.crowd(count, generation), subject.instances());
    }

    /** Adds plain TCP. */
    public void addDirect() {
        add(new Direct(pod("direct-client", subjects.size() + 1, 1), pod("direct-server", subjects.size() + 1, 2)));
    }

    /** Adds the general proxies that are installed. */
    public void addPair(String program) throws IOException {
        TunnelPair.Kind kind = TunnelPair.Kind.valueOf(program.toUpperCase(Locale.ROOT));
        String missing = kind.missing();
        if (missing.isEmpty()) {
            int number = subjects.size() + 1;
            add(new TunnelPair(kind, this, pod(program + "-client", number, 1), pod(program + "-server", number, 2)));
        } else {
            absent.add(missing);
        }
    }

    /** Adds a ztunnel that {@code command} starts. */
    public void addZtunnel(String name, List<String> command, String description) throws IOException {
        add(new ZtunnelPair(name, command, description, this, subjects.size() + 1));
    }

    private void add(Subject subject) {
        server.ask(
                "listen",
                Map.of(
                        "netns", subject.server().path().toString(),
                        "host", subject.server().address().getHostAddress()));
        subjects.add(subject);
        keep(subject::stop);
    }

    private Place pod(String title, int number, int host) {
        return net.attach(title, "10.78." + number + "." + (host + 10));
    }

    /** Starts a program whose output goes to a file; it ends with the lab at the latest. */
    LabProcess start(String title, Place place, List<String> command, Map<String, String> environment) {
        Path log = folder.resolve(title + ".log");
        Process process = spawn(
                command,
                place.path(),
                environment,
                builder -> builder.redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
        return new LabProcess(title, process, log);
    }

    private LoadProcess load(String title) {
        Path log = folder.resolve(title + ".log");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-Xmx256m",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LoadAgent.class.getName());
        Process process = spawn(command, net.fabric().path(), Map.of(), builder -> builder.redirectError(log.toFile()));
        LabProcess program = new LabProcess(title, process, log);
        keep(() -> program.end(PATIENCE));
        return new LoadProcess(program);
    }

    private Process spawn(
            List<String> command, Path namespace, Map<String, String> environment, Spawner.Streams streams) {
        try {
            return spawner.start(command, namespace, environment, streams);
        } catch (IOException e) {
            throw new LabException(String.valueOf(e.getMessage()), e);
        }
    }

    synchronized <T extends AutoCloseable> T keep(T closeable) {
        if (closed) {
            // An interrupt came while it was being made.
            closeQuietly(closeable);
            throw new LabException("the bench is ending");
        }
        closeables.push(closeable);
        return closeable;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!closeables.isEmpty()) {
            closeQuietly(closeables.pop());
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("ambit bench: " + folder + " is left: " + e.getMessage());
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            System.err.println("ambit bench: cleaning up: " + e.getMessage());
        }
    }
}
