package mesh.ambit.istiod.app;

import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code istiod-lite}: runs the controller in the foreground until it is told to end. */
@Command(
        name = "istiod-lite",
        description = "Runs the controller: computes the mesh from a folder of objects or from a"
                + " Kubernetes cluster, tells the nodes' proxies, and"
                + " is their certificate authority.",
        footer = {
            "",
            "Environment. Names without AMBIT are upstream's, and mean the same:",
            "  of the mesh        CLUSTER_ID, TRUST_DOMAIN, POD_NAMESPACE, REVISION,",
            "                     SHARED_MESH_CONFIG",
            "  of other clusters  AMBIT_REMOTE_CLUSTERS, PILOT_REMOTE_CLUSTER_TIMEOUT,",
            "                     PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS",
            "  of callers         TOKEN_AUDIENCES, CA_TRUSTED_NODE_ACCOUNTS,",
            "                     DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES",
            "  of certificates    DEFAULT_WORKLOAD_CERT_TTL, MAX_WORKLOAD_CERT_TTL,",
            "                     ISTIOD_CUSTOM_HOST, PILOT_ENABLE_CA_CRL,",
            "                     ENABLE_CLUSTER_TRUST_BUNDLE_API, AMBIT_CA_AUDIT_LOG",
            "  of a root of ours  CITADEL_SELF_SIGNED_CA_CERT_TTL,",
            "                     CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL,",
            "                     CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE,",
            "                     USE_CACERTS_FOR_SELF_SIGNED_CA",
            "  of somebody else's ROOT_CA_DIR, ISTIO_MULTIROOT_MESH, EXTERNAL_CA,",
            "                     K8S_SIGNER, AMBIT_EXTERNAL_CA, AMBIT_EXTERNAL_CA_ROOTS",
            "  of pushing         PILOT_DEBOUNCE_AFTER, PILOT_PUSH_THROTTLE,",
            "                     PILOT_MAX_REQUESTS_PER_SECOND, ISTIO_GPRC_MAXSTREAMS,",
            "                     ISTIO_GPRC_MAXRECVMSGSIZE, AMBIT_MAX_CONNECTIONS",
            "  switches           PILOT_ENABLE_AMBIENT_WAYPOINTS,",
            "                     ENABLE_INGRESS_WAYPOINT_ROUTING,",
            "                     AMBIENT_ENABLE_MULTI_NETWORK,",
            "                     AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY,",
            "                     PILOT_AUTO_ALLOW_WAYPOINT_POLICY,",
            "                     PILOT_ENABLE_SERVICEENTRY_SELECT_PODS,",
            "                     PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES,",
            "                     PILOT_ENABLE_IP_AUTOALLOCATE",
            "  of waypoints       AMBIT_WAYPOINT_IMAGE"
        },
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class)
public final class IstiodLiteCommand implements Callable<Integer> {
    @Mixin
    private IstiodLiteOptions options = new IstiodLiteOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Used by picocli. */
    public IstiodLiteCommand() {}

    /** Runs until the process is told to end; returns earlier only when it cannot start. */
    @Override
    public Integer call() throws InterruptedException {
        return Daemon.run(options, spec.commandLine().getErr());
    }

    /**
     * Runs as {@link #call} does, and without the classes that read command lines; returns at once and nothing where that
     * needs them.
     *
     * @param arguments those after the command's name
     */
    public static OptionalInt runPlain(List<String> arguments) throws InterruptedException {
        IstiodLiteOptions plain = PlainArguments.read(arguments);
        return plain == null
                ? OptionalInt.empty()
                : OptionalInt.of(Daemon.run(plain, new PrintWriter(System.err, true, System.err.charset())));
    }
}
