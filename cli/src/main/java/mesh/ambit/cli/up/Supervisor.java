package mesh.ambit.cli.up;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.Spawner;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs and notices their ends.
 *
 * <p>An end that nobody asked for completes {@link #accident}, or, where restarts are wanted, leads to a new start after
 * a while. Thread-safe.
 */
final class Supervisor {
    private final Spawner spawner;
    private final StateFolder state;
    private final boolean restart;
    private final InstantSource clock;
    private final Map<String, RunningProgram> programs = new LinkedHashMap<>();
    private final CompletableFuture<Accident> accident = new CompletableFuture<>();
    private boolean closed;

    /** A program that ended by itself. */
    record Accident(String program, String ending, List<String> lastWords) {
        Accident {
            lastWords = List.copyOf(lastWords);
        }
    }

    Supervisor(Spawner spawner, StateFolder state, boolean restart, InstantSource clock) {
        this.spawner = spawner;
        this.state = state;
        this.restart = restart;
        this.clock = clock;
    }

    /** Completes with the first program that ended by itself and is not started again. */
    CompletableFuture<Accident> accident() {
        return accident;
    }

    RunningProgram start(Program program) throws IOException {
        return start(program, 0);
    }

    private synchronized RunningProgram start(Program program, int deaths) throws IOException {
        if (closed) {
            throw new IOException("the mesh is ending, " + program.name() + " is not started");
        }
        String namespace = program.namespace();
        Process process = spawner.start(
                program.command(),
                namespace == null ? null : NetNs.NAMED.resolve(namespace),
                program.environment(),
                builder -> builder.redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))));
        RunningProgram running = new RunningProgram(
                program, process, new ProgramLog(state.log(program.name())), clock.instant(), deaths);
        programs.put(program.name(), running);
        running.onExit().thenRun(() -> ended(running));
        return running;
    }

    private void ended(RunningProgram running) {
        synchronized (this) {
            if (running.isEndExpected() || closed) {
                programs.remove(running.program().name(), running);
                return;
            }
        }
        if (!restart) {
            accident.complete(new Accident(running.program().name(), running.ending(), running.lastWords()));
            return;
        }
        int deaths = Backoff.deaths(running.restarts(), Duration.between(running.started(), clock.instant()));
        CompletableFuture.delayedExecutor(Backoff.after(deaths).toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> startAgain(running, deaths));
    }

    private synchronized void startAgain(RunningProgram dead, int deaths) {
        if (closed || programs.get(dead.program().name()) != dead) {
            return;
        }
        if (dead.isEndExpected()) {
            programs.remove(dead.program().name());
            return;
        }
        try {
            start(dead.program(), deaths);
        } catch (IOException e) {
            accident.complete(new Accident(dead.program().name(), String.valueOf(e.getMessage()), dead.lastWords()));
        }
    }

    synchronized @Nullable RunningProgram find(String name) {
        return programs.get(name);
    }

    synchronized List<RunningProgram> programs() {
        return List.copyOf(programs.values());
    }

    /** Asks {@code which} to end, all at once, waits, and kills who does not. */
    private void stop(Collection<RunningProgram> which, Duration patience) throws InterruptedException {
        which.forEach(RunningProgram::terminate);
        Instant deadline = clock.instant().plus(patience);
        for (RunningProgram program : which) {
            Duration left = Duration.between(clock.instant(), deadline);
            if (!program.awaitEnd(left.isNegative() ? Duration.ZERO : left)) {
                program.kill();
                program.awaitEnd(Duration.ofSeconds(2));
            }
        }
    }

    /** Ends everything: {@code roles} in their order, those of one role together, then whatever is left. */
    void close(List<String> roles, Duration patience) throws InterruptedException {
        List<RunningProgram> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(programs.values());
        }
        left.forEach(RunningProgram::expectEnd);
        for (String role : roles) {
            stop(
                    left.stream()
                            .filter(each -> each.program().role().equals(role))
                            .toList(),
                    patience);
            left.removeIf(each -> each.program().role().equals(role));
        }
        stop(left, patience);
    }
}
