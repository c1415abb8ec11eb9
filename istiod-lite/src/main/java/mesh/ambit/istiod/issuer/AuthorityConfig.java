package mesh.ambit.istiod.issuer;

import java.nio.file.Path;
import java.time.Duration;
import mesh.ambit.config.Durations;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/**
 * What the certificate authority is told.
 *
 * @param pluggedIn folder of signing material that somebody else provides; need not exist
 * @param severalRoots whether its trust bundle may change while we run
 * @param revocation whether a revocation list in it counts
 * @param rootLifetime of a root of our own
 * @param rootCheck how often to see whether it ends soon; zero or less never
 * @param rootGracePercent a root with less than that of its life left is renewed
 * @param auditFile lines for certificates and refusals; null for the log alone, unless the program has a default
 * @param externalSigner name of the {@link ExternalSigner} that signs; empty for our own key
 * @param kubernetes what is needed where the cluster has it signed, or keeps our root
 */
public record AuthorityConfig(
        Path pluggedIn,
        boolean severalRoots,
        boolean revocation,
        Duration rootLifetime,
        Duration rootCheck,
        int rootGracePercent,
        @Nullable Path auditFile,
        String externalSigner,
        Kubernetes kubernetes) {
    /** Where the reference's Deployment mounts the Secret {@code cacerts}. */
    public static final Path DEFAULT_PLUGGED_IN = Path.of("./etc/cacerts");

    static final String ROOT_CA_DIR = "ROOT_CA_DIR";
    static final String ISTIO_MULTIROOT_MESH = "ISTIO_MULTIROOT_MESH";
    static final String PILOT_ENABLE_CA_CRL = "PILOT_ENABLE_CA_CRL";
    static final String CITADEL_SELF_SIGNED_CA_CERT_TTL = "CITADEL_SELF_SIGNED_CA_CERT_TTL";
    static final String CHECK_INTERVAL = "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL";
    static final String GRACE_PERCENTILE = "CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE";
    static final String AMBIT_CA_AUDIT_LOG = "AMBIT_CA_AUDIT_LOG";
    static final String AMBIT_EXTERNAL_CA = "AMBIT_EXTERNAL_CA";

    /** The reference's name for an authority that signs requests which the API server hands it. */
    public static final String KUBERNETES_SIGNER = "ISTIOD_RA_KUBERNETES_API";

    static final String EXTERNAL_CA = "EXTERNAL_CA";
    static final String K8S_SIGNER = "K8S_SIGNER";
    static final String AMBIT_EXTERNAL_CA_ROOTS = "AMBIT_EXTERNAL_CA_ROOTS";
    static final String USE_CACERTS_FOR_SELF_SIGNED_CA = "USE_CACERTS_FOR_SELF_SIGNED_CA";
    static final String ENABLE_CLUSTER_TRUST_BUNDLE_API = "ENABLE_CLUSTER_TRUST_BUNDLE_API";

    /**
     * What the cluster does for the authority.
     *
     * @param signer name of the signer of certificate signing requests; empty for none
     * @param signerRoots what that signer's certificates lead to, as PEM
     * @param rootInCacerts whether a root of our own is made in the Secret {@code cacerts}
     * @param trustBundle whether the trust bundle is told as a ClusterTrustBundle and not as ConfigMaps
     */
    public record Kubernetes(String signer, Path signerRoots, boolean rootInCacerts, boolean trustBundle) {
        /** What holds where nothing is said. */
        public static final Kubernetes DEFAULT =
                new Kubernetes("", Path.of("./etc/external-ca-cert/root-cert.pem"), false, false);
    }

    /** What holds where nothing is said. */
    public static final AuthorityConfig DEFAULT = new AuthorityConfig(
            DEFAULT_PLUGGED_IN,
            false,
            true,
            Duration.ofDays(3650),
            Duration.ofHours(1),
            20,
            null,
            "",
            Kubernetes.DEFAULT);

    /** Reads the environment; names, defaults and meaning are the reference's, save those that begin with AMBIT. */
    public static AuthorityConfig from(Environment environment) {
        String audit = environment.text(AMBIT_CA_AUDIT_LOG, "");
        Duration lifetime = environment.value(CITADEL_SELF_SIGNED_CA_CERT_TTL, DEFAULT.rootLifetime(), text -> {
            Duration parsed = Durations.parse(text);
            if (!parsed.isPositive()) {
                throw new IllegalArgumentException("expected: more than 0");
            }
            return parsed;
        });
        return new AuthorityConfig(
                environment.path(ROOT_CA_DIR, DEFAULT.pluggedIn()),
                environment.flag(ISTIO_MULTIROOT_MESH, DEFAULT.severalRoots()),
                environment.flag(PILOT_ENABLE_CA_CRL, DEFAULT.revocation()),
                lifetime,
                environment.duration(CHECK_INTERVAL, DEFAULT.rootCheck()),
                environment.number(GRACE_PERCENTILE, DEFAULT.rootGracePercent(), 0, 100),
                audit.isEmpty() ? null : environment.path(AMBIT_CA_AUDIT_LOG, Path.of("audit")),
                externalSigner(environment),
                new Kubernetes(
                        environment.text(K8S_SIGNER, ""),
                        environment.path(AMBIT_EXTERNAL_CA_ROOTS, Kubernetes.DEFAULT.signerRoots()),
                        environment.flag(USE_CACERTS_FOR_SELF_SIGNED_CA, false),
                        environment.flag(ENABLE_CLUSTER_TRUST_BUNDLE_API, false)));
    }

    private static String externalSigner(Environment environment) {
        String ours = environment.text(AMBIT_EXTERNAL_CA, "");
        String theirs = environment.text(EXTERNAL_CA, "");
        if (theirs.isEmpty()) {
            return ours;
        }
        if (!theirs.equals(KUBERNETES_SIGNER)) {
            environment.reject(EXTERNAL_CA + "=" + theirs + " (expected: " + KUBERNETES_SIGNER
                    + "; signers of your own are" + " named by " + AMBIT_EXTERNAL_CA + ")");
        } else if (!ours.isEmpty()) {
            environment.reject(EXTERNAL_CA + " and " + AMBIT_EXTERNAL_CA + " exclude each other");
        } else if (environment.text(K8S_SIGNER, "").isEmpty()) {
            environment.reject(
                    K8S_SIGNER + " is not set (expected: the signer's name, as " + EXTERNAL_CA + " needs it)");
        }
        return theirs;
    }

    /** Returns this with {@code file} as the audit log where none was named. */
    public AuthorityConfig orAuditTo(Path file) {
        return auditFile != null
                ? this
                : new AuthorityConfig(
                        pluggedIn,
                        severalRoots,
                        revocation,
                        rootLifetime,
                        rootCheck,
                        rootGracePercent,
                        file,
                        externalSigner,
                        kubernetes);
    }
}
