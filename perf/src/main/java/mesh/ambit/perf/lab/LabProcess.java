package mesh.ambit.perf.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program in the lab.
 *
 * @param log what it writes
 */
public record LabProcess(String title, Process process, Path log) {
    private static final int LAST_LINES = 8;

    /** Ends it, kindly for {@code patience}. */
    void end(Duration patience) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            kill();
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Throws with the last lines it wrote if it has ended. */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new LabException(title + " ended with " + process.exitValue() + "; its last words:\n" + lastWords());
        }
    }

    /** Returns the last lines that it wrote. */
    public String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        } catch (IOException e) {
            return "(none to be read: " + e.getMessage() + ")";
        }
    }
}
