package mesh.ambit.node.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;

/**
 * A machine of its own as far as namespaces have names: a mount namespace with an empty {@code /run}. The names that a
 * mesh uses are fixed, and so two tests, or a test and a mesh of the machine, would otherwise meet.
 */
final class PrivateRun implements AutoCloseable {
    /** A program of ours that is run is a JVM, on a machine that may have others to start. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process holder;
    private final List<String> enter;
    private final List<NodeSetupProcess> programs = new ArrayList<>();

    private PrivateRun(Process holder, List<String> kinds) {
        this.holder = holder;
        this.enter = new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid()));
        enter.addAll(kinds);
    }

    static PrivateRun make() throws IOException {
        return make(List.of("--mount"), List.of());
    }

    /** Makes one where programs have the rights that an ordinary user can have, and no others. */
    static PrivateRun ofOrdinaryUser() throws IOException {
        return make(List.of("--user", "--mount", "--net"), List.of("--map-root-user"));
    }

    private static PrivateRun make(List<String> kinds, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare"));
        command.addAll(kinds);
        command.addAll(more);
        command.addAll(List.of("sh", "-c", "mount -t tmpfs ambit-test /run && echo up && exec cat"));
        Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = holder.inputReader(UTF_8).readLine();
        if (!"up".equals(answer)) {
            holder.destroyForcibly();
            if (System.getenv("CI") != null) {
                fail("cannot make namespaces: %s", answer);
            }
            abort("cannot make namespaces: " + answer);
        }
        return new PrivateRun(holder, kinds);
    }

    /** Starts node-setup, through {@code wrapper} if there is one. */
    NodeSetupProcess start(List<String> wrapper, Path folder, Path state, String... more) throws IOException {
        List<String> command = new ArrayList<>(enter);
        command.addAll(wrapper);
        command.addAll(java(NodeSetupMain.class));
        command.addAll(List.of("--folder", folder.toString(), "--state", state.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("AMBIT_DRAIN_PERIOD", "200ms");
        builder.environment().put("AMBIT_VERIFY_INTERVAL", "200ms");
        NodeSetupProcess program = new NodeSetupProcess(builder.start());
        programs.add(program);
        return program;
    }

    /** Runs {@code ip} where the names are known. */
    String ip(String arguments) {
        return run(List.of("ip"), arguments.split(" ", -1));
    }

    /** Runs a program of ours to its end and returns what it said. */
    String run(Class<?> main, String... arguments) {
        return run(java(main), arguments);
    }

    private String run(List<String> program, String... arguments) {
        List<String> command = new ArrayList<>(enter);
        command.addAll(program);
        command.addAll(List.of(arguments));
        return Command.of(command.toArray(String[]::new)).within(PATIENCE).require();
    }

    private static List<String> java(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    /** Returns the names of the namespaces there are. */
    List<String> namespaces() {
        String[] names = path("").toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    NetNs namespace(String name) {
        return NetNs.open(path(name));
    }

    /** Returns where this process finds a namespace of that name. */
    Path path(String name) {
        return Path.of("/proc/" + holder.pid() + "/root/run/netns/" + name);
    }

    @Override
    public void close() {
        programs.forEach(NodeSetupProcess::kill);
        holder.destroyForcibly().onExit().join();
    }

    /** A running node-setup. */
    static final class NodeSetupProcess {
        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final List<String> seen = new ArrayList<>();

        NodeSetupProcess(Process process) {
            this.process = process;
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try (BufferedReader reader = process.inputReader(UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                lines.add("(killed)");
            }
        }

        /** Waits for a line that contains {@code words}. */
        String expectLine(String words) throws InterruptedException {
            while (true) {
                String line = lines.poll(120, TimeUnit.SECONDS);
                assertThat(line).as("a line with \"%s\" after %s", words, seen).isNotNull();
                seen.add(line);
                if (line.contains(words)) {
                    return line;
                }
            }
        }

        void expectReady() throws InterruptedException {
            expectLine(" ready");
        }

        /** Ends it as a supervisor would, and returns its exit code. */
        int terminate() throws InterruptedException {
            process.destroy();
            return expectExit();
        }

        int expectExit() throws InterruptedException {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
            return process.exitValue();
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }
    }
}
