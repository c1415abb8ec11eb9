package mesh.ambit.perf.profile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.CommandException;

/** Asks a running JVM of the same user, by the {@code jcmd} of our own. */
public final class Jcmd {
    /** A JVM answers between two pieces of its own work, and everything is slow on a machine that is measured. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Jcmd() {}

    /**
     * Returns the answer.
     *
     * @throws CommandException if {@code pid} is no JVM, or none that answers
     */
    public static String ask(long pid, String... question) {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String[] words = Stream.concat(Stream.of(program, Long.toString(pid)), Stream.of(question))
                .toArray(String[]::new);
        return Command.of(words).within(PATIENCE).require();
    }
}
