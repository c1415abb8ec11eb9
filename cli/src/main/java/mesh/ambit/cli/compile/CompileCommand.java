package mesh.ambit.cli.compile;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Output;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.Compilation;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.Reading;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ambit compile}: what the controller makes of a folder. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Prints what the controller would tell proxies about a folder, without running it.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit compile shop/",
            "  ambit compile shop/ --node node-a -o yaml",
            "  ambit compile shop/ --diff ../main/shop/",
            "  ambit compile shop/ --profile grpc --namespace web",
            "  ambit compile shop/ --cluster west=west/",
            "",
            "The controller's environment counts: CLUSTER_ID, TRUST_DOMAIN,",
            "POD_NAMESPACE and the switches that istiod-lite --help names.",
            "",
            "Ends with 0; with 1 when --diff found a difference; with 2 when something",
            "in a folder is wrong, which is said and left out."
        })
public final class CompileCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;
    private static final int INVALID = 2;

    @Parameters(paramLabel = "FOLDER", description = "Folder of Kubernetes objects in YAML.")
    private Path folder = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "json or yaml (default: json, a text for --diff).")
    private @Nullable Format format;

    @Option(names = "--as-stored", description = "Take objects as they are: nothing is filled in, derived or checked.")
    private boolean asStored;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description =
                    "Only what matters on this node: its workloads, their services and waypoints, and the policies"
                            + " in force there.")
    private String node = "";

    @Option(
            names = "--cluster",
            paramLabel = "ID=FOLDER",
            description = "Folder of another cluster of the mesh, whose shared services and pods count too; needs"
                    + " AMBIENT_ENABLE_MULTI_NETWORK=true. Repeatable.")
    private Map<String, Path> clusters = new TreeMap<>();

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            description = "node for node proxies, grpc for gRPC clients that use xDS themselves (default: node).")
    private Profile profile = Profile.NODE;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description =
                    "With --profile grpc: what clients of this namespace are told, else those of each service's own.")
    private String namespace = "";

    @Option(
            names = "--diff",
            paramLabel = "OTHER",
            description = "Print how the folder differs from another one: what leads from OTHER to FOLDER.")
    private @Nullable Path other;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** For whom resources are. */
    enum Profile {
        NODE,
        GRPC
    }

    /** The forms of a document. */
    enum Format {
        JSON(Output.JSON),
        YAML(Output.YAML);

        private final Output output;

        Format(Output output) {
            this.output = output;
        }
    }

    @Override
    public Integer call() {
        return run(Terminal.standardOutput());
    }

    int run(Terminal out) {
        Compilation compiled = compile(folder);
        if (compiled == null) {
            return INVALID;
        }
        boolean valid = compiled.problems().isEmpty();
        if (other == null) {
            out.line((format == null ? Format.JSON : format).output.print(compiled.resources()));
            return valid ? ExitCode.OK : INVALID;
        }
        Compilation base = compile(other);
        if (base == null) {
            return INVALID;
        }
        MeshDiff diff = MeshDiff.between(base.resources(), compiled.resources());
        if (format != null) {
            out.line(format.output.print(diff.document()));
        } else if (!diff.isEmpty()) {
            diff.text().forEach(out::line);
        }
        if (!valid || !base.problems().isEmpty()) {
            return INVALID;
        }
        return diff.isEmpty() ? ExitCode.OK : DIFFERENT;
    }

    private @Nullable Compilation compile(Path path) {
        try {
            Reading reading = asStored ? Reading.AS_STORED : Reading.CHECKED;
            Environment environment = Environment.of(System.getenv());
            Compilation compiled = switch (profile) {
                case NODE -> Compilation.of(path, clusters, reading, node, environment);
                case GRPC -> Compilation.proxyless(path, clusters, reading, node, namespace, environment);
            };
            compiled.problems().forEach(this::complain);
            compiled.remarks().forEach(this::complain);
            return compiled;
        } catch (FolderException e) {
            complain(e.problem().message());
            return null;
        }
    }

    private void complain(String line) {
        spec.commandLine().getErr().println("ambit: " + line);
        spec.commandLine().getErr().flush();
    }
}
