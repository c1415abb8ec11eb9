package mesh.ambit.cli.ca;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import mesh.ambit.cli.ca.AuthorityAnswer.Step;
import mesh.ambit.cli.terminal.OutputOption;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.cli.up.MeshException;
import mesh.ambit.cli.up.StateOption;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.Durations;
import mesh.ambit.config.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ambit ca rotate}: one step of a change of the root, forwards or back. */
@Command(
        name = "rotate",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description =
                "Makes one step of a change of the root: introduce a new one, re-issue everything under it, retire"
                        + " the old one. A step that would leave somebody behind is not made.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit ca rotate introduce          the new root is trusted, the old one signs",
            "  ambit ca rotate reissue --wait 1h  the new one signs, once everybody trusts it",
            "  ambit ca rotate retire --wait 1h   the old one is not trusted any more",
            "  ambit ca rotate forget             the old key is destroyed",
            "  ambit ca rotate --undo             one step back"
        })
final class CaRotateCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** The steps as they are typed. */
    enum Name {
        NEXT,
        INTRODUCE,
        REISSUE,
        RETIRE,
        FORGET
    }

    @Mixin
    private StateOption state = new StateOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "STEP",
            description = "introduce, reissue, retire or forget; without it the one that comes next.")
    private Name step = Name.NEXT;

    @Option(names = "--undo", description = "Go one step back instead.")
    private boolean undo;

    @Option(
            names = "--force",
            description = "Make the step though somebody is left behind: their connections fail until they get a new"
                    + " certificate.")
    private boolean force;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long to try again while somebody would be left behind, like 10m or 25h (default: not"
                    + " at all).")
    private @Nullable String patience;

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws InterruptedException {
        if (undo && step != Name.NEXT) {
            throw new MeshException(ExitCode.USAGE, "--undo goes back from wherever we are: it takes no step");
        }
        Duration wait = patience();
        Terminal terminal = Terminal.standardOutput();
        String name = undo ? "undo" : step.name().toLowerCase(Locale.ROOT);
        Path folder = state.folder().root();
        String request = "rotate " + name + (force ? " force" : "");
        long deadline = System.nanoTime() + wait.toNanos();
        Step made = AuthorityAnswer.ask(folder, request, Step.class);
        while (made.result().equals("waiting") && System.nanoTime() - deadline < 0) {
            terminal.progress("waiting for " + made.waiting().size() + " to get a new certificate");
            Thread.sleep(LOOK);
            made = AuthorityAnswer.ask(folder, request, Step.class);
        }
        print(made, terminal);
        return made.isSettled() ? ExitCode.OK : ExitCode.FAILED;
    }

    private Duration patience() {
        if (patience == null) {
            return Duration.ZERO;
        }
        try {
            return Durations.parse(patience);
        } catch (IllegalArgumentException e) {
            throw new MeshException(ExitCode.USAGE, "--wait " + patience + ": " + e.getMessage(), e);
        }
    }

    private void print(Step made, Terminal terminal) {
        if (!output.isTable()) {
            terminal.line(output.print(made));
            return;
        }
        switch (made.result()) {
            case "done" -> terminal.done(made.step() + ": " + made.message());
            case "nothing-to-do" -> terminal.line(made.step() + ": nothing to do: " + made.message());
            case "waiting" -> {
                terminal.failed(made.step() + " not made, " + made.message() + ":");
                AuthorityAnswer.lines(made.waiting()).forEach(terminal::line);
                terminal.remark("they get new certificates by themselves; --wait waits, --force leaves them behind");
            }
            default -> terminal.failed(made.message());
        }
    }
}
