package mesh.ambit.ztunnel.app;

import java.nio.file.Path;
import mesh.ambit.config.Environment;
import mesh.ambit.tls.TlsPolicy;
import mesh.ambit.tls.TlsPolicy.Compliance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the environment says of TLS between peers.
 *
 * @param policy what may be negotiated
 * @param revocationList a file of revoked certificates; null for none
 */
record TlsSettings(TlsPolicy policy, @Nullable Path revocationList) {
    private static final Logger LOG = LoggerFactory.getLogger(TlsSettings.class);

    static TlsSettings from(Environment env) {
        String asked = env.text("COMPLIANCE_POLICY", "");
        Compliance compliance = Compliance.parse(asked);
        if (!Compliance.isKnown(asked)) {
            LOG.warn("COMPLIANCE_POLICY={} is not known and changes nothing, expected: pqc or fips-140-2", asked);
        }
        TlsPolicy policy =
                new TlsPolicy(compliance, env.text("TLS12_ENABLED", "").equals("true"));
        if (compliance == Compliance.PQC) {
            try {
                policy.provider();
            } catch (IllegalStateException e) {
                env.reject("COMPLIANCE_POLICY", "pqc", String.valueOf(e.getMessage()));
            }
        }
        String file = env.text("CRL_PATH", "");
        return new TlsSettings(policy, file.isEmpty() ? null : Path.of(file));
    }
}
