package mesh.ambit.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.OutputOption;
import mesh.ambit.cli.terminal.Table;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.cli.up.Detached;
import mesh.ambit.cli.up.EmbeddedMesh;
import mesh.ambit.cli.up.Ending;
import mesh.ambit.cli.up.FileTree;
import mesh.ambit.cli.up.MeshOptions;
import mesh.ambit.cli.up.StateOption;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ambit demo}: a shop without a mesh, then with one, and proof of the difference. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Brings up a shop and a mesh on this machine, proves what the mesh does, and tidies up.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit demo",
            "  ambit demo --verbose     with the commands for each step",
            "  ambit demo --keep        leaves shop and mesh up, to look around, until",
            "                           'ambit down'",
            "Exit code 0 means that every step held."
        })
public final class DemoCommand implements Callable<Integer> {
    /** Certificates live this long in the demo, so that nobody waits for a rotation: it comes at half of that. */
    private static final Map<String, String> SHORT_LIVES =
            Map.of("SECRET_TTL", "30s", "DEFAULT_WORKLOAD_CERT_TTL", "30s");

    /** What shells report for a command that Ctrl-C ended; a story that was not told to its end did not hold. */
    private static final int INTERRUPTED = 130;

    @Mixin
    private StateOption state = new StateOption();

    @Option(names = "--keep", description = "Leave the mesh up afterwards, in the background.")
    private boolean keep;

    @Option(names = "--verbose", description = "Show the commands that a person could type.")
    private boolean verbose;

    @Option(
            names = "--ztunnel",
            paramLabel = "NODE=COMMAND",
            description = "Tell the story with another ztunnel on NODE (node-a or node-b), see 'ambit up --help'.")
    private Map<String, String> foreignZtunnels = Map.of();

    @Mixin
    private OutputOption output = new OutputOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** One step: what it claims, and how it looks whether that holds. */
    private record Step(String claim, Callable<String> look) {}

    @Override
    public Integer call() throws Exception {
        Terminal terminal = Terminal.standardOutput();
        if (keep && !Detached.isChild()) {
            return Detached.run(spec.root().commandLine().getParseResult().originalArgs(), terminal);
        }
        boolean talks = output.isTable();
        Path files = state.folder().makeDemo(ProcessHandle.current().pid());
        try (Ending _ = Ending.install(INTERRUPTED)) {
            try {
                return tell(terminal, talks, files);
            } finally {
                FileTree.remove(files);
            }
        }
    }

    private int tell(Terminal terminal, boolean talks, Path files) throws IOException {
        if (talks) {
            terminal.title("A shop: web calls orders, orders calls payments");
        }
        ShopFolder folder = ShopFolder.create(files);
        MeshOptions options = new MeshOptions(folder.root(), state.folder(), foreignZtunnels, false, SHORT_LIVES);
        List<Chapter> chapters = new ArrayList<>();
        try (EmbeddedMesh mesh = EmbeddedMesh.start(options, terminal::progress)) {
            // A story with a dead program in it is over, whatever its steps would still show.
            mesh.onAccident(Thread.currentThread()::interrupt);
            terminal.progress("opening the shop");
            try (Shop shop = Shop.open(mesh);
                    WireTap wire = new WireTap("ambit-fabric", Story.SECRET)) {
                Story story = new Story(mesh, folder, shop, wire, line -> {
                    if (verbose && talks) {
                        terminal.remark("  $ " + line);
                    }
                });
                tell(story, terminal, talks, chapters);
                if (Thread.interrupted()) {
                    mesh.requireWhole();
                    terminal.line("interrupted, tidying up");
                    return INTERRUPTED;
                }
                report(chapters, terminal);
                if (exitCode(chapters) != ExitCode.OK) {
                    keepLogs(mesh, terminal);
                }
                if (keep) {
                    stay(mesh, folder, chapters, terminal, talks);
                }
                terminal.progress("tidying up");
            } catch (StepFailedException e) {
                // The shop did not open: because something died, or for a reason of its own.
                mesh.requireWhole();
                throw e;
            }
        }
        return exitCode(chapters);
    }

    private static void tell(Story story, Terminal terminal, boolean talks, List<Chapter> chapters) {
        List<Step> steps = List.of(
                new Step("without a mesh, bytes between the pods are readable", story::withoutMesh),
                new Step("a label brings them into the mesh, live", story::enrolled),
                new Step("STRICT refuses plaintext", story::strict),
                new Step("only orders may call payments", story::authorized),
                new Step("traffic outlives the controller", story::withoutController),
                new Step("certificates rotate under load", story::rotated),
                new Step("a ztunnel is replaced under load", story::handedOver));
        for (Step step : steps) {
            int number = chapters.size() + 1;
            terminal.progress(number + "/" + steps.size() + " " + step.claim());
            Chapter chapter = tell(number, step);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            chapters.add(chapter);
            if (talks) {
                String line = number + " " + step.claim() + ": " + chapter.seen();
                if (chapter.held()) {
                    terminal.done(line);
                } else {
                    terminal.failed(line);
                }
            }
        }
    }

    private static Chapter tell(int number, Step step) {
        long begin = System.nanoTime();
        String seen;
        boolean held;
        try {
            seen = step.look().call();
            held = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            seen = "interrupted";
            held = false;
        } catch (Exception e) {
            // Whatever went wrong, this step did not hold, and the next ones are told all the same.
            seen = String.valueOf(e.getMessage());
            held = false;
        }
        return new Chapter(number, step.claim(), held, seen, (System.nanoTime() - begin) / 1_000_000);
    }

    private void report(List<Chapter> chapters, Terminal terminal) {
        if (!output.isTable()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("held", exitCode(chapters) == ExitCode.OK);
            document.put("steps", chapters);
            terminal.line(output.print(document));
            return;
        }
        List<List<String>> rows = chapters.stream()
                .map(each -> List.of(
                        Integer.toString(each.step()),
                        each.claim(),
                        each.held() ? "held" : "FAILED",
                        String.format(Locale.ROOT, "%.1f s", each.millis() / 1000.0)))
                .toList();
        terminal.line("");
        new Table(List.of("STEP", "CLAIM", "RESULT", "TIME"), rows).lines().forEach(terminal::line);
    }

    private static void stay(
            EmbeddedMesh mesh, ShopFolder folder, List<Chapter> chapters, Terminal terminal, boolean talks) {
        if (talks) {
            terminal.line("");
            terminal.title("The mesh stays up. Look around:");
            terminal.line("  ambit status");
            terminal.line("  ambit exec shop-web/web -- curl -s " + Shop.ORDERS);
            terminal.line("  ls " + folder.root() + "            (edit these files, the mesh follows)");
            terminal.line("  less " + mesh.state().root() + "/logs/ztunnel-node-a.log");
            terminal.line("End it with: ambit down");
        }
        Detached.ready(exitCode(chapters));
        mesh.awaitEnd();
    }

    /** The one thing that outlives a story that did not hold: what the programs said about it. */
    private static void keepLogs(EmbeddedMesh mesh, Terminal terminal) throws IOException {
        Path kept = Files.createTempDirectory("ambit-demo-logs");
        FileTree.copy(mesh.state().root().resolve("logs"), kept);
        terminal.remark("the logs of all programs are kept in " + kept);
    }

    private static int exitCode(List<Chapter> chapters) {
        return chapters.size() == 7 && chapters.stream().allMatch(Chapter::held) ? ExitCode.OK : ExitCode.FAILED;
    }
}
