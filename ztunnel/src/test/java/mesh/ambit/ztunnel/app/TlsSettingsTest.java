package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import mesh.ambit.config.Environment;
import mesh.ambit.tls.TlsPolicy;
import mesh.ambit.tls.TlsPolicy.Compliance;
import org.junit.jupiter.api.Test;

class TlsSettingsTest {
    @Test
    void nothingIsNarrowedAndNothingRevokedByDefault() {
        assertThat(read(Map.of())).isEqualTo(new TlsSettings(TlsPolicy.DEFAULT, null));
        assertThat(read(Map.of("CRL_PATH", "", "COMPLIANCE_POLICY", "", "TLS12_ENABLED", "TRUE")))
                .isEqualTo(new TlsSettings(TlsPolicy.DEFAULT, null));
    }

    @Test
    void everyVariableHasItsPlace() {
        assertThat(read(Map.of("CRL_PATH", "/crl.pem", "COMPLIANCE_POLICY", "pqc", "TLS12_ENABLED", "true")))
                .isEqualTo(new TlsSettings(new TlsPolicy(Compliance.PQC, true), Path.of("/crl.pem")));
    }

    @Test
    void anUnknownPolicyChangesNothing() {
        assertThat(read(Map.of("COMPLIANCE_POLICY", "PQC"))).isEqualTo(new TlsSettings(TlsPolicy.DEFAULT, null));
        assertThat(Compliance.isKnown("PQC")).isFalse();
        assertThat(Compliance.isKnown("pqc")).isTrue();
    }

    private static TlsSettings read(Map<String, String> variables) {
        Environment env = Environment.of(variables);
        TlsSettings settings = TlsSettings.from(env);
        env.throwIfInvalid();
        return settings;
    }
}
