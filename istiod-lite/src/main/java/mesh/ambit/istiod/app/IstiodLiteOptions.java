package mesh.ambit.istiod.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the controller, as typed; {@link IstiodLiteConfig} checks it. Names as upstream's. */
final class IstiodLiteOptions {
    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Folder of Kubernetes objects in YAML; nested folders are read too, changes are followed."
                    + " Without it the objects are those of a Kubernetes cluster.")
    @Nullable
    Path folder;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "How to reach the cluster (default: KUBECONFIG, ~/.kube/config, the pod's service account).")
    @Nullable
    Path kubeconfig;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where keys, tokens and assigned addresses are kept (default: ${DEFAULT-VALUE}).")
    Path state = defaultState();

    @Option(
            names = "--secureGRPCAddr",
            paramLabel = "ADDR",
            description = "Where node proxies get configuration and certificates (default: ${DEFAULT-VALUE}).")
    String secureGrpcAddr = ":15012";

    @Option(
            names = "--httpAddr",
            paramLabel = "ADDR",
            description = "Port of /ready and /debug (default: ${DEFAULT-VALUE}).")
    String httpAddr = ":8080";

    @Option(
            names = "--monitoringAddr",
            paramLabel = "ADDR",
            description = "Port of /metrics and /version (default: ${DEFAULT-VALUE}).")
    String monitoringAddr = ":15014";

    @Option(
            names = "--httpsAddr",
            paramLabel = "ADDR",
            description =
                    "Where an API server has objects validated, at the path /validate (default: nowhere; upstream's"
                            + " port is 15017).")
    @Nullable
    String httpsAddr;

    @Option(
            names = "--domain",
            paramLabel = "SUFFIX",
            description = "End of every service's host name (default: ${DEFAULT-VALUE}).")
    String domain = "cluster.local";

    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "Address under which proxies call; a name of the serving certificate. Repeatable.")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "Node that gets a token though no object names it. Repeatable.")
    List<String> nodes = new ArrayList<>();

    @Option(
            names = "--cluster",
            paramLabel = "ID=DIR",
            description = "Folder of objects of another cluster of the mesh, whose shared services and pods count too;"
                    + " with --folder only. Repeatable.")
    Map<String, Path> clusters = new TreeMap<>();

    @Option(
            names = "--clusterAliases",
            paramLabel = "ALIAS=CLUSTER",
            split = ",",
            description = "Other names by which callers know a cluster.")
    Map<String, String> clusterAliases = new TreeMap<>();

    @Mixin
    DiscoveryOptions discovery = new DiscoveryOptions();

    @Option(
            names = "--log_output_level",
            paramLabel = "LEVELS",
            description = "What is logged, like default:info or default:info,istiod::push:debug (default:"
                    + " ${DEFAULT-VALUE}).")
    String logOutputLevel = "default:info";

    @Option(names = "--log_as_json", description = "Logs one JSON object a line.")
    boolean logAsJson;

    private static Path defaultState() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        boolean root = "root".equals(System.getProperty("user.name"));
        return root || runtime == null || runtime.isEmpty() ? Path.of("/run/ambit") : Path.of(runtime, "ambit");
    }
}
