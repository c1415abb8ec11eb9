package mesh.ambit.istiod.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.kube.FolderException;
import mesh.ambit.linux.StartPages;
import mesh.ambit.telemetry.Logging;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
            "Environment, as upstream's: CLUSTER_ID, TRUST_DOMAIN, POD_NAMESPACE, REVISION,",
            "SHARED_MESH_CONFIG, AMBIT_REMOTE_CLUSTERS,",
            "CA_TRUSTED_NODE_ACCOUNTS, TOKEN_AUDIENCES, DEFAULT_WORKLOAD_CERT_TTL,",
            "MAX_WORKLOAD_CERT_TTL, ROOT_CA_DIR, ISTIO_MULTIROOT_MESH,",
            "PILOT_ENABLE_CA_CRL, ISTIOD_CUSTOM_HOST, CITADEL_SELF_SIGNED_CA_CERT_TTL,",
            "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL,",
            "CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE,",
            "USE_CACERTS_FOR_SELF_SIGNED_CA, ENABLE_CLUSTER_TRUST_BUNDLE_API,",
            "EXTERNAL_CA, K8S_SIGNER, AMBIT_EXTERNAL_CA_ROOTS, AMBIT_EXTERNAL_CA,",
            "AMBIT_CA_AUDIT_LOG, PILOT_DEBOUNCE_AFTER,",
            "PILOT_MAX_REQUESTS_PER_SECOND, PILOT_PUSH_THROTTLE, ISTIO_GPRC_MAXSTREAMS,",
            "ISTIO_GPRC_MAXRECVMSGSIZE, DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES,",
            "PILOT_ENABLE_AMBIENT_WAYPOINTS, ENABLE_INGRESS_WAYPOINT_ROUTING,",
            "AMBIENT_ENABLE_MULTI_NETWORK,",
            "AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY,",
            "PILOT_AUTO_ALLOW_WAYPOINT_POLICY,",
            "PILOT_ENABLE_SERVICEENTRY_SELECT_PODS,",
            "PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES,",
            "PILOT_ENABLE_IP_AUTOALLOCATE."
        },
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class)
public final class IstiodLiteCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(IstiodLiteCommand.class);

    @Mixin
    private IstiodLiteOptions options = new IstiodLiteOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Used by picocli. */
    public IstiodLiteCommand() {}

    /** Runs until the process is told to end; returns earlier only when it cannot start. */
    @Override
    public Integer call() throws InterruptedException {
        IstiodLiteConfig config;
        try {
            config = IstiodLiteConfig.of(
                    options,
                    Environment.of(System.getenv()),
                    Runtime.getRuntime().availableProcessors());
        } catch (ConfigException e) {
            e.problems().forEach(this::complain);
            return ExitCode.USAGE;
        }
        Logging logging = Logging.start(config.logFilter(), config.logFormat(), System.out);
        try {
            IstiodLite controller = IstiodLite.start(config, InstantSource.system());
            endWithProcess(controller, logging);
            StartPages.releaseWhenSettled();
        } catch (FolderException e) {
            logging.close();
            complain(e.problem().message());
            return ExitCode.USAGE;
        } catch (IssuerException | IOException e) {
            logging.close();
            complain(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    private static void endWithProcess(IstiodLite controller, Logging logging) {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    LOG.info("told to end");
                    controller.close();
                    logging.close();
                    // Ending when told to is success, which the JVM would report as 143.
                    Runtime.getRuntime().halt(ExitCode.OK);
                }));
    }

    private void complain(String problem) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("istiod-lite: " + problem);
        err.flush();
    }
}
