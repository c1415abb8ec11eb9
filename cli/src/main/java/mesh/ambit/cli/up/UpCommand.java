package mesh.ambit.cli.up;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.kube.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ambit up}: holds a mesh until somebody ends it. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Brings up the mesh that a folder of Kubernetes YAML describes, and keeps it in step.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit up shop/                                 until Ctrl-C",
            "  ambit up shop/ --detach                        in the background, until",
            "                                                 'ambit down'",
            "  ambit up shop/ --ztunnel node-a=/opt/ztunnel   another ztunnel on one node"
        })
public final class UpCommand implements Callable<Integer> {
    /** A page for a person; the others are for {@code ambit analyze}. */
    private static final int MOST_PROBLEMS = 10;

    @Parameters(paramLabel = "FOLDER", description = "Kubernetes YAML: Namespaces, Pods, Services, policies, …")
    private Path folder = Path.of(".");

    @Mixin
    private StateOption state = new StateOption();

    @Option(names = "--detach", description = "Return when the mesh is ready; it goes on in the background.")
    private boolean detach;

    @Option(
            names = "--restart",
            description = "Start a program that died again, instead of ending the mesh (1 s later, then 2, 4 … 30 s).")
    private boolean restart;

    @Option(
            names = "--ztunnel",
            paramLabel = "NODE=COMMAND",
            description = "Run this shell command on NODE in the place of our ztunnel, with upstream's environment "
                    + "variables set, in the network namespace of the instance.")
    private Map<String, String> foreignZtunnels = Map.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        MeshOptions options = new MeshOptions(folder, state.folder(), foreignZtunnels, restart, Map.of());
        Terminal terminal = Terminal.standardOutput();
        if (detach && !Detached.isChild()) {
            return Detached.run(spec.root().commandLine().getParseResult().originalArgs(), terminal);
        }
        try (Ending _ = Ending.install(ExitCode.OK)) {
            try (EmbeddedMesh mesh = EmbeddedMesh.start(options, terminal::progress)) {
                announce(mesh, terminal);
                Detached.readyIfAsked();
                mesh.awaitEnd();
                terminal.progress("ending the mesh");
            }
            terminal.done("the mesh has ended, nothing is left");
            return ExitCode.OK;
        }
    }

    private void announce(EmbeddedMesh mesh, Terminal terminal) {
        MeshStatus status = mesh.status();
        terminal.done("the mesh is up: " + status.programs().size() + " programs, state in " + status.state());
        terminal.line("");
        status.table(Instant.now()).lines().forEach(terminal::line);
        terminal.line("");
        if (!mesh.latePods().isEmpty()) {
            terminal.line("not there yet, see the logs of node-setup: " + mesh.latePods());
            terminal.line("");
        }
        List<Problem> problems = mesh.problems();
        if (!problems.isEmpty()) {
            terminal.line("not in force, because something is wrong with it:");
            problems.stream().limit(MOST_PROBLEMS).forEach(problem -> terminal.line("  " + problem.message()));
            if (problems.size() > MOST_PROBLEMS) {
                terminal.line("  and " + (problems.size() - MOST_PROBLEMS) + " more: ambit analyze " + folder);
            }
            terminal.line("");
        }
        String state = mesh.state().option(System.getenv("AMBIT_STATE"));
        terminal.remark("look around:  ambit status" + state);
        terminal.remark("run in a pod: ambit exec" + state + " NAMESPACE/POD -- COMMAND");
        terminal.remark("logs:         " + mesh.state().logs());
        terminal.remark("end it:       " + (Detached.isChild() ? "" : "Ctrl-C, or ") + "ambit down" + state);
    }
}
