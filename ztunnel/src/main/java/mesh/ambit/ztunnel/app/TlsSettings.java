package mesh.ambit.ztunnel.app;

import java.nio.file.Path;
import mesh.ambit.config.Environment;
import mesh.ambit.tls.TlsPolicy;
import mesh.ambit.tls.TlsPolicy.Compliance;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says of TLS between peers.
 *
 * @param policy what may be negotiated
 * @param revocationList a file of revoked certificates; null for none
 */
record TlsSettings(TlsPolicy policy, @Nullable Path revocationList) {
    static TlsSettings from(Environment env) {
        Compliance compliance = env.value("COMPLIANCE_POLICY", Compliance.NONE, Compliance::parse);
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
