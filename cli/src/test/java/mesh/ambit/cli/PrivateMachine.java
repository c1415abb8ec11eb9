package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mesh.ambit.cli.demo.ShopService;
import mesh.ambit.cli.up.Jvm;

/**
 * Network and mount namespaces of its own for one test, with an empty {@code /run}: a mesh in there meets no other of
 * this machine, and whatever it left would go with it.
 */
final class PrivateMachine {
    private static final String ENTER = "mount -t tmpfs -o mode=0755 test /run && ip link set lo up && exec \"$@\"";

    /** A script that stops halfway, or is stopped, leaves no mesh. */
    private static final String TIDY = "trap '[ ! -e /run/ambit/pid ] || ambit down > /dev/null 2>&1 || true' EXIT";

    private static final long TIDY_SECONDS = 60;

    private final Path folder;

    /** Everything that a script wrote, and how it ended. */
    record Result(int exitCode, String output) {}

    /** Keeps its files in {@code folder}, the commands {@code ambit} and {@code shop} among them. */
    PrivateMachine(Path folder) throws IOException {
        this.folder = folder;
        program("ambit", Main.class);
        program("shop", ShopService.class);
    }

    private void program(String name, Class<?> mainClass) throws IOException {
        String command = Jvm.own().command(List.of(), mainClass.getName(), List.of()).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        LauncherFixture.script(folder.resolve("bin").resolve(name), "exec " + command + " \"$@\"");
    }

    /** Skips the test where this machine has no namespaces for us; with {@code CI} set that is a failure. */
    static void require() throws IOException, InterruptedException {
        Process probe = new ProcessBuilder(enter(List.of("true")))
                .redirectErrorStream(true)
                .start();
        String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean possible = probe.waitFor() == 0;
        if (System.getenv("CI") != null) {
            assertThat(possible).as("namespaces: " + said).isTrue();
        }
        assumeTrue(possible, () -> "no namespaces on this machine: " + said);
    }

    /** Runs {@code script} with bash, in which {@code ambit} is the program under test. */
    Result run(long seconds, String... script) throws IOException, InterruptedException {
        Path file = folder.resolve("script");
        Files.writeString(file, "set -eu\n" + TIDY + "\ncd '" + folder + "'\n" + String.join("\n", script) + "\n");
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(enter(List.of("bash", file.toString())));
        builder.redirectErrorStream(true).redirectOutput(output.toFile()).redirectInput(new File("/dev/null"));
        builder.environment().put("PATH", folder.resolve("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("AMBIT_STATE", "/run/ambit");
        Process process = builder.start();
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroy();
            started.forEach(ProcessHandle::destroy);
            process.waitFor(TIDY_SECONDS, TimeUnit.SECONDS);
            started.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IOException("not over after " + seconds + " s; so far: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    private static List<String> enter(List<String> command) {
        boolean root = "root".equals(System.getProperty("user.name"));
        List<String> all = new ArrayList<>(List.of("unshare", root ? "-nm" : "-Urnm", "--"));
        all.addAll(List.of("/bin/sh", "-c", ENTER, "sh"));
        all.addAll(command);
        return all;
    }
}
