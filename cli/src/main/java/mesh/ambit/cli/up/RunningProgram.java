package mesh.ambit.cli.up;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** One start of a program: its process and what is known of it. */
final class RunningProgram {
    private static final int TAIL_LINES = 40;

    /** How long what a program has left in its pipe may take; without end only if somebody it started still holds that. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Program program;
    private final Process process;
    private final ProgramLog log;
    private final Thread logThread;
    private final Instant started;
    private final int restarts;
    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

    /** What a person reads in {@code ambit status}. */
    enum State {
        STARTING,
        READY,
        STOPPING,
        ENDED
    }

    RunningProgram(Program program, Process process, ProgramLog log, Instant started, int restarts) {
        this.program = program;
        this.process = process;
        this.log = log;
        this.logThread = log.follow(process.getInputStream());
        this.started = started;
        this.restarts = restarts;
    }

    Program program() {
        return program;
    }

    long pid() {
        return process.pid();
    }

    Instant started() {
        return started;
    }

    int restarts() {
        return restarts;
    }

    State state() {
        return process.isAlive() ? state.get() : State.ENDED;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@code STARTING -> READY}; whose end is wanted does not become ready any more. */
    void becameReady() {
        state.compareAndSet(State.STARTING, State.READY);
    }

    /** Says that its end is wanted from now on: whatever happens to it is no accident. */
    void expectEnd() {
        state.set(State.STOPPING);
    }

    boolean isEndExpected() {
        return state.get() == State.STOPPING;
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Asks the program, and what it started, to end. */
    void terminate() {
        expectEnd();
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Ends the program, and what it started, at once. */
    void kill() {
        expectEnd();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Waits for the end; false when it did not come in time. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for " + program.name(), e);
        }
    }

    /** Returns how the program ended, for a person: {@code exit code 3} or {@code signal 9}. */
    String ending() {
        return describe(process.exitValue());
    }

    static String describe(int exitValue) {
        // The JDK reports a signal as 128 more than its number, as shells do.
        return exitValue > 128 ? "signal " + (exitValue - 128) : "exit code " + exitValue;
    }

    /** Returns the last lines that the program wrote; after its end, really the last. */
    List<String> lastWords() {
        if (!process.isAlive()) {
            try {
                logThread.join(LAST_WORDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return log.tail(TAIL_LINES);
    }
}
