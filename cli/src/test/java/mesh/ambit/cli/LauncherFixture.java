package mesh.ambit.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A checkout that holds the real launcher, with a JDK and a Maven that only say what they are asked to do. No network,
 * no build.
 */
final class LauncherFixture {
    private final Path root;
    private final Path tools;

    /** Everything that a run of the launcher said, and how it ended. */
    record Result(int exitCode, String output) {
        String lastLine() {
            return output.lines().reduce("", (before, line) -> line);
        }
    }

    LauncherFixture(Path folder) throws IOException {
        root = folder.resolve("a checkout with spaces");
        tools = folder.resolve("tools");
        Path real = repository();
        Files.createDirectories(root.resolve("cli"));
        copy(real.resolve("ambit"), root.resolve("ambit"));
        copyTree(real.resolve("cli/launcher"), root.resolve("cli/launcher"));
        Files.createDirectories(root.resolve(".mvn"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.createDirectories(root.resolve("cli/src/main/java"));
        Files.writeString(source(), "class A {}");
        jdk("jdk-25", "25.0.1");
        script(
                tools.resolve("mvn"),
                "echo \"mvn $*\" >> '" + tools + "/calls'",
                "[ ! -e '" + tools + "/also' ] || . '" + tools + "/also'",
                "mkdir -p cli/target/ambit/lib",
                "touch cli/target/ambit/lib/b.jar cli/target/ambit/lib/a.jar cli/target/ambit/jvm.options",
                "echo '[INFO] Building Ambit :: cli 0.1                  [1/1]'");
        // Nobody installs anything on the machine that runs this test.
        script(tools.resolve("apt-get"), "exit 1");
        script(tools.resolve("apt-cache"), "exit 1");
    }

    /** Returns the folder of the checkout that this test runs from. */
    static Path repository() {
        // Tests run in their module's folder.
        Path root = Path.of("").toAbsolutePath().resolveSibling("ambit");
        if (!Files.isExecutable(root)) {
            throw new IllegalStateException("no launcher at " + root);
        }
        return root.resolveSibling("");
    }

    Path root() {
        return root;
    }

    Path source() {
        return root.resolve("cli/src/main/java/A.java");
    }

    Path jdk(String name) {
        return tools.resolve("jdks").resolve(name);
    }

    /** Makes a JDK whose {@code java} prints its arguments, one a line. */
    Path jdk(String name, String version) throws IOException {
        Path home = jdk(name);
        script(home.resolve("bin/java"), "for word in \"$@\"; do echo \"<$word>\"; done");
        script(home.resolve("bin/javac"), "exit 0");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** Makes Maven run {@code script} too, from now on. */
    void mavenAlso(String script) throws IOException {
        Files.writeString(tools.resolve("also"), script + "\n");
    }

    /** Makes {@code java} run {@code script} too, from now on, before it prints its arguments. */
    void javaAlso(String script) throws IOException {
        script(jdk("jdk-25").resolve("bin/java"), script, "for word in \"$@\"; do echo \"<$word>\"; done");
    }

    /** Returns how often Maven was called. */
    int builds() throws IOException {
        Path calls = tools.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    Result run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return finish(start(root.resolve("ambit"), environment, arguments));
    }

    /** Starts {@code launcher}, in an environment that holds nothing but what is given. */
    Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.directory(new File("/"));
        builder.environment().clear();
        builder.environment().put("PATH", tools + ":/usr/bin:/bin");
        builder.environment().put("AMBIT_JDK_ROOTS", tools.resolve("jdks").toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Result finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the launcher hangs; so far: " + output);
        }
        return new Result(process.exitValue(), output);
    }

    static void script(Path file, String... lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
