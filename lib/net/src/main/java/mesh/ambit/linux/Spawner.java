package mesh.ambit.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes that the kernel kills when this process ends, however it ends.
 *
 * <p>The kernel ties a death signal to the thread that forked, not to the process. So one platform thread, which lives
 * as long as the process, starts them all.
 */
public final class Spawner {
    /**
     * Closes the gap between fork and the request for the signal: whose parent is no longer us was orphaned in between.
     */
    private static final String UNLESS_ORPHANED = "[ \"$PPID\" = \"$0\" ] || exit 70; exec \"$@\"";

    private final LinkedBlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();

    /** Creates a spawner with its thread. */
    public Spawner() {
        Thread.ofPlatform().daemon().name("ambit-spawner").start(this::serve);
    }

    /**
     * Starts {@code command} in a session of its own, so that Ctrl-C reaches us and not it.
     *
     * @param namespace the file of the network namespace to start it in, null for ours
     * @param environment added to our own environment
     * @param configure sets up streams and folder
     * @throws IOException if it cannot be started; the message names the program
     */
    public Process start(
            List<String> command, @Nullable Path namespace, Map<String, String> environment, Streams configure)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                tied(command, namespace, ProcessHandle.current().pid()));
        builder.environment().putAll(environment);
        configure.apply(builder);
        CompletableFuture<Process> started = new CompletableFuture<>();
        requests.add(() -> {
            try {
                started.complete(builder.start());
            } catch (IOException | RuntimeException | Error e) {
                // An error, such as one of memory, is the caller's: this thread's end would be that of all children.
                started.completeExceptionally(e);
            }
        });
        try {
            return started.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot start " + command.getFirst() + ": " + cause.getMessage(), cause);
        }
    }

    /** Where a process reads and writes. */
    @FunctionalInterface
    public interface Streams {
        void apply(ProcessBuilder builder);
    }

    /** Returns {@code command} tied to this process, in our session: a terminal's Ctrl-C reaches it. */
    public static List<String> inForeground(List<String> command, Path namespace) {
        List<String> tied = tied(command, namespace, ProcessHandle.current().pid());
        return tied.subList(1, tied.size());
    }

    /** Returns the command that runs {@code command} in a session of its own, tied to the process {@code parent}. */
    private static List<String> tied(List<String> command, @Nullable Path namespace, long parent) {
        List<String> all = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "KILL", "--"));
        all.addAll(List.of("/bin/sh", "-c", UNLESS_ORPHANED, Long.toString(parent)));
        if (namespace != null) {
            all.addAll(List.of("nsenter", "--net=" + namespace, "--"));
        }
        all.addAll(command);
        return all;
    }

    private void serve() {
        while (true) {
            try {
                requests.take().run();
            } catch (InterruptedException e) {
                // Nobody ends this thread: its children would die with it.
            }
        }
    }
}
