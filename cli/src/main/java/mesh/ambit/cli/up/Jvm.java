package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another program of ours: the same Java, options and class path that run this one. */
public record Jvm(Path java, List<String> options, String classPath) {
    private static final String CACHE_SUFFIX = ".aot";
    private static final String RECORDING_SUFFIX = ".recording";

    public Jvm {
        requireNonNull(java, "java");
        options = List.copyOf(options);
        requireNonNull(classPath, "classPath");
    }

    /** Returns what runs this process. The launcher names the file with the options in a system property. */
    public static Jvm own() {
        String optionsFile = System.getProperty("ambit.jvm.options");
        return new Jvm(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                optionsFile == null
                        ? List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                        : List.of("@" + optionsFile, "-Dambit.jvm.options=" + optionsFile),
                System.getProperty("java.class.path"));
    }

    /**
     * Returns the options that let {@code program} start from its cache of loaded classes and profiles (JEP 483, 515),
     * if one was made for this build. A cache that does not fit is not used, and nothing is said.
     */
    public List<String> startCache(String program) {
        String optionsFile = System.getProperty("ambit.jvm.options");
        if (optionsFile == null) {
            return List.of();
        }
        Path cache = Path.of(optionsFile).resolveSibling(program + CACHE_SUFFIX);
        return Files.isReadable(cache) ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
    }

    /** Returns the options that make {@code program} leave in {@code folder} what such a cache is made of. */
    static List<String> recordStart(String program, Path folder) {
        return List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + folder.resolve(program + RECORDING_SUFFIX));
    }

    /** Returns the command that runs {@code mainClass}; {@code more} options come after the common ones. */
    public List<String> command(List<String> more, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(options);
        command.addAll(more);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return List.copyOf(command);
    }
}
