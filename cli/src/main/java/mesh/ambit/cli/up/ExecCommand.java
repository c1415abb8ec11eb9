package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.linux.Spawner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ambit exec}: a program in a pod of the mesh. */
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Runs a program in a pod's network namespace, where names mean what they mean to the pod.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit exec shop-web/web -- curl -s http://orders.shop-orders:8080/",
            "  ambit exec shop-web/web -- bash        a shell in the pod",
            "The exit code is the program's. The program ends with the mesh."
        })
public final class ExecCommand implements Callable<Integer> {
    @Mixin
    private StateOption state = new StateOption();

    @Parameters(index = "0", paramLabel = "NAMESPACE/POD", description = "The pod.")
    private String pod = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "The program and its arguments.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        String[] names = pod.split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            throw new MeshException(ExitCode.USAGE, "\"" + pod + "\" names no pod (expected: NAMESPACE/POD)");
        }
        StateFolder folder = state.folder();
        ControlClient client = new ControlClient(folder);
        if (!client.isUp()) {
            throw client.notUp();
        }
        Path namespace = PodCommand.namespace(folder, names[0], names[1]);
        return run(
                folder, Spawner.inForeground(PodCommand.withPodFiles(folder, names[0], names[1], command), namespace));
    }

    private static int run(StateFolder folder, List<String> tied) throws IOException, InterruptedException {
        // This thread stays until the program has ended, so the death signal may be tied to it.
        Process process = new ProcessBuilder(tied).inheritIO().start();
        endWithMesh(folder, process);
        Thread hook = new Thread(() -> passOn(process), "ambit-exec-ending");
        Runtime.getRuntime().addShutdownHook(hook);
        int code = process.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is at it and ends this process with the program's code.
        }
        return code;
    }

    /**
     * On Ctrl-C the terminal has told the program already, and it decides what that means. Without a terminal we were
     * told alone, and pass it on.
     */
    private static void passOn(Process process) {
        if (!Terminal.isTerminal()) {
            process.destroy();
        }
        try {
            Runtime.getRuntime().halt(process.waitFor());
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private static void endWithMesh(StateFolder folder, Process process) throws IOException {
        if (Files.exists(folder.pid())) {
            ProcessHandle.of(Long.parseLong(Files.readString(folder.pid()).strip()))
                    .ifPresent(mesh -> mesh.onExit().thenRun(process::destroyForcibly));
        }
    }
}
