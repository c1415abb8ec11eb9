package mesh.ambit.perf.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Starts processes that the kernel kills when this process ends, however it ends.
 *
 * <p>The kernel ties a death signal to the thread that forked, so one thread that lives as long as the process starts
 * them all.
 */
final class Spawner {
    /** Whose parent is no longer us was orphaned before it could ask for the signal. */
    private static final String UNLESS_ORPHANED = "[ \"$PPID\" = \"$0\" ] || exit 70; exec \"$@\"";

    private final LinkedBlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();

    Spawner() {
        Thread thread = new Thread(this::serve, "bench-spawner");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts {@code command} in a session of its own, so that Ctrl-C reaches us and not it.
     *
     * @param namespace file of the network namespace
     * @param environment added to ours
     */
    Process start(
            List<String> command, Path namespace, Map<String, String> environment, Consumer<ProcessBuilder> configure) {
        List<String> all = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "KILL", "--"));
        all.addAll(List.of(
                "/bin/sh",
                "-c",
                UNLESS_ORPHANED,
                Long.toString(ProcessHandle.current().pid())));
        all.addAll(List.of("nsenter", "--net=" + namespace, "--"));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().putAll(environment);
        configure.accept(builder);
        CompletableFuture<Process> started = new CompletableFuture<>();
        requests.add(() -> {
            try {
                started.complete(builder.start());
            } catch (IOException | RuntimeException e) {
                started.completeExceptionally(e);
            }
        });
        try {
            return started.join();
        } catch (CompletionException e) {
            throw new LabException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
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
