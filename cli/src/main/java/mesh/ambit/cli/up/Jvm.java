package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How to start another program of ours: the same Java, options and class path that run this one. */
public record Jvm(Path java, List<String> options, String classPath) {
    private static final String CACHE_SUFFIX = ".aot";
    private static final String RECORDING_SUFFIX = ".recording";
    private static final String OPTIONS_SUFFIX = ".options";

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
     * Returns the options of {@code program} beside the common ones: its own, and what lets it start from its cache of loaded
     * classes and profiles (JEP 483, 515), if one was made for this build. A cache that does not fit is not used, and
     * nothing is said.
     */
    public List<String> programOptions(String program) {
        List<String> all = new ArrayList<>(ownOptions(program));
        Path cache = beside(program + CACHE_SUFFIX);
        if (cache != null && Files.isReadable(cache)) {
            all.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"));
        }
        return List.copyOf(all);
    }

    /** As {@link #programOptions}, but the program leaves in {@code folder} what such a cache is made of. */
    static List<String> recordingOptions(String program, Path folder) {
        List<String> all = new ArrayList<>(ownOptions(program));
        all.add("-XX:AOTMode=record");
        all.add("-XX:AOTConfiguration=" + folder.resolve(program + RECORDING_SUFFIX));
        return List.copyOf(all);
    }

    private static List<String> ownOptions(String program) {
        Path own = beside(program + OPTIONS_SUFFIX);
        return own != null && Files.isReadable(own) ? List.of("@" + own) : List.of();
    }

    /** Returns {@code name} in the folder of the common options; null where the launcher did not start us. */
    private static @Nullable Path beside(String name) {
        String optionsFile = System.getProperty("ambit.jvm.options");
        return optionsFile == null ? null : Path.of(optionsFile).resolveSibling(name);
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
