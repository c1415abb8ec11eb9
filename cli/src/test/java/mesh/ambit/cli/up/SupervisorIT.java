package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import mesh.ambit.linux.Spawner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes under supervision; none of them is a program of ours. */
class SupervisorIT {
    @TempDir
    private Path folder = Path.of("");

    private final List<Supervisor> supervisors = new ArrayList<>();

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectories(new StateFolder(folder).logs());
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Supervisor each : supervisors) {
            each.close(List.of(), Duration.ZERO);
        }
    }

    private Supervisor supervisor(boolean restart) {
        Supervisor supervisor = new Supervisor(new Spawner(), new StateFolder(folder), restart, InstantSource.system());
        supervisors.add(supervisor);
        return supervisor;
    }

    private static Program shell(String name, String role, String script) {
        return new Program(name, role, null, null, List.of("/bin/sh", "-c", script), Map.of());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    @Test
    void aProgramThatEndsByItselfIsNamedWithItsLastWords() throws Exception {
        Supervisor supervisor = supervisor(false);

        supervisor.start(shell("talker", "x", "echo first; echo the reason >&2; exit 3"));

        assertThat(supervisor.accident().get(60, TimeUnit.SECONDS))
                .isEqualTo(new Supervisor.Accident("talker", "exit code 3", List.of("first", "the reason")));
    }

    @Test
    void aProgramThatIsKilledIsAnAccidentWithItsSignal() throws Exception {
        Supervisor supervisor = supervisor(false);
        RunningProgram program = supervisor.start(shell("victim", "x", "exec sleep 100"));

        ProcessHandle.of(program.pid()).orElseThrow().destroyForcibly();

        assertThat(supervisor.accident().get(60, TimeUnit.SECONDS).ending()).isEqualTo("signal 9");
    }

    @Test
    void anEndThatWasAskedForIsNoAccident() throws Exception {
        Supervisor supervisor = supervisor(false);
        RunningProgram program = supervisor.start(shell("x", "x", "exec sleep 100"));

        program.kill();
        await(() -> supervisor.find("x") == null);

        assertThat(supervisor.accident()).isNotDone();
    }

    @Test
    void withRestartsAProgramComesBack() throws Exception {
        Supervisor supervisor = supervisor(true);
        RunningProgram first = supervisor.start(shell("x", "x", "exec sleep 100"));

        ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();

        await(() -> {
            RunningProgram now = supervisor.find("x");
            return now != null && now.pid() != first.pid() && now.isAlive();
        });
        assertThat(supervisor.accident()).isNotDone();
        assertThat(supervisor.programs())
                .singleElement()
                .satisfies(each -> assertThat(each.restarts()).isEqualTo(1));
    }

    @Test
    void aProgramThatWaitsForItsNextStartAndIsToEndDoesNotComeBack() throws Exception {
        Supervisor supervisor = supervisor(true);
        AtomicReference<RunningProgram> last = new AtomicReference<>(
                supervisor.start(shell("x", "x", "echo started >> " + folder + "/starts; exit 1")));

        // Whoever is too slow to tell it in time tells the next one, which waits for longer.
        await(() -> {
            RunningProgram now = supervisor.find("x");
            if (now != null && !now.isAlive()) {
                now.terminate();
                last.set(now);
            }
            return now == null;
        });

        assertThat(folder.resolve("starts")).content().hasLineCount(last.get().restarts() + 1);
        assertThat(supervisor.accident()).isNotDone();
    }

    @Test
    void programsEndInTheOrderOfTheirRoles() throws Exception {
        Supervisor supervisor = supervisor(false);
        String script = "trap 'echo %s >> " + folder + "/order; exit 0' TERM; echo up; while :; do sleep 0.02; done";
        supervisor.start(shell("a", "late", script.formatted("late")));
        supervisor.start(shell("b", "early", script.formatted("early")));
        await(() -> supervisor.programs().stream()
                .noneMatch(each -> each.lastWords().isEmpty()));

        supervisor.close(List.of("early", "late"), Duration.ofSeconds(60));

        assertThat(folder.resolve("order")).hasContent("early\nlate");
    }

    @Test
    void whoDoesNotListenIsKilled() throws Exception {
        Supervisor supervisor = supervisor(false);
        RunningProgram deaf =
                supervisor.start(shell("deaf", "x", "trap '' TERM; echo up; while :; do sleep 0.1; done"));
        await(() -> !deaf.lastWords().isEmpty());

        supervisor.close(List.of(), Duration.ofMillis(200));

        assertThat(deaf.isAlive()).isFalse();
    }

    @Test
    void killingTheSupervisorLeavesNoProcess() throws Exception {
        Path pids = folder.resolve("pids");
        Process harness = new ProcessBuilder(Jvm.own()
                        .command(List.of("-ea"), SupervisorHarness.class.getName(), List.of(folder.toString())))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("harness.log").toFile())
                .start();
        try {
            await(() -> Files.exists(pids));
            List<Long> children =
                    Files.readAllLines(pids).stream().map(Long::parseLong).toList();
            assertThat(children)
                    .hasSize(3)
                    .allMatch(pid -> ProcessHandle.of(pid).isPresent());

            harness.destroyForcibly().waitFor();

            await(() -> children.stream().noneMatch(SupervisorIT::isAlive));
        } finally {
            harness.destroyForcibly();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
