package mesh.ambit.cli.up;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import mesh.ambit.config.ExitCode;

/** Waiting for a program to get somewhere, cut short when any program of the mesh dies meanwhile. */
final class Waiting {
    private static final long LOOK_EVERY_MILLIS = 40;

    private final Supervisor supervisor;

    Waiting(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    /**
     * Waits until {@code condition} holds.
     *
     * @throws MeshException if {@code program} does not get there within {@code limit}, or something died
     */
    void until(RunningProgram program, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new MeshException(
                        ExitCode.FAILED,
                        withLastWords(
                                program.program().name() + " was not ready after " + limit.toSeconds() + " s",
                                program.lastWords()));
            }
            pause();
        }
    }

    /** Waits until {@code condition} holds, or {@code limit} is over. */
    void atMost(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            pause();
        }
    }

    private void pause() {
        try {
            Supervisor.Accident accident = supervisor.accident().get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            throw failure(accident);
        } catch (TimeoutException e) {
            // Nothing has died, look again.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeshException(ExitCode.FAILED, "interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an accident is never an exception", e);
        }
    }

    static MeshException failure(Supervisor.Accident accident) {
        return new MeshException(
                ExitCode.FAILED,
                withLastWords(
                        accident.program() + " ended by itself (" + accident.ending() + "), and the mesh with it",
                        accident.lastWords()));
    }

    private static String withLastWords(String what, List<String> lines) {
        if (lines.isEmpty()) {
            return what + "; it wrote nothing";
        }
        return what + "; its last lines:\n    " + String.join("\n    ", lines);
    }
}
