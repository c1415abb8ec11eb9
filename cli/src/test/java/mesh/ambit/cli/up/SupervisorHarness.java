package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import mesh.ambit.linux.Spawner;

/** A supervisor in a process of its own, to be killed by a test. */
final class SupervisorHarness {
    private SupervisorHarness() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        Supervisor supervisor = new Supervisor(new Spawner(), new StateFolder(folder), false, InstantSource.system());
        StringBuilder pids = new StringBuilder();
        for (String name : List.of("a", "b", "c")) {
            Program program = new Program(name, "x", null, null, List.of("sleep", "1000"), Map.of());
            pids.append(supervisor.start(program).pid()).append('\n');
        }
        Files.writeString(folder.resolve("pids.new"), pids);
        Files.move(folder.resolve("pids.new"), folder.resolve("pids"), StandardCopyOption.ATOMIC_MOVE);
        Thread.currentThread().join();
    }
}
