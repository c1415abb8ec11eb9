package mesh.ambit.cli.up;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.config.ExitCode;

/**
 * What Ctrl-C and SIGTERM do to a command that holds a mesh: its thread is interrupted, everything is removed, and the
 * process ends with the code that the command has for this.
 */
public final class Ending implements AutoCloseable {
    /** Longer than an orderly end takes: each program has six seconds before it is killed. */
    private static final long PATIENCE_SECONDS = 25;

    private final Thread hook = new Thread(this::end, "ambit-ending");
    private final Thread command = Thread.currentThread();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private final int exitCode;

    private Ending(int exitCode) {
        this.exitCode = exitCode;
    }

    /**
     * Installs it for the calling thread, which is interrupted and then has to tidy up.
     *
     * @param exitCode what the process ends with then
     */
    public static Ending install(int exitCode) {
        Ending ending = new Ending(exitCode);
        Runtime.getRuntime().addShutdownHook(ending.hook);
        return ending;
    }

    private void end() {
        command.interrupt();
        try {
            over.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(exitCode);
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            Runtime.getRuntime().halt(ExitCode.FAILED);
        }
    }

    /** Says that everything is removed. */
    @Override
    public void close() {
        over.complete(null);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running: it ends the process, and this thread must not end it with another code.
            parkForever();
        }
    }

    private static void parkForever() {
        while (true) {
            LockSupport.park();
        }
    }
}
