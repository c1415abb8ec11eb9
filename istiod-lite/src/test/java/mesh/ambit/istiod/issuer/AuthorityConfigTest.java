package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mesh.ambit.config.Environment;
import org.junit.jupiter.api.Test;

class AuthorityConfigTest {
    @Test
    void defaultsAreTheReferences() {
        assertThat(AuthorityConfig.from(Environment.of(Map.of())))
                .isEqualTo(new AuthorityConfig(
                        Path.of("./etc/cacerts"),
                        false,
                        true,
                        Duration.ofDays(3650),
                        Duration.ofHours(1),
                        20,
                        null,
                        ""));
    }

    @Test
    void everyVariableHasItsPlace() {
        Environment environment = Environment.of(Map.of(
                "ROOT_CA_DIR", "/ca",
                "ISTIO_MULTIROOT_MESH", "true",
                "PILOT_ENABLE_CA_CRL", "false",
                "CITADEL_SELF_SIGNED_CA_CERT_TTL", "48h",
                "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "5m",
                "CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE", "30",
                "AMBIT_CA_AUDIT_LOG", "/log/audit",
                "AMBIT_EXTERNAL_CA", "vault"));

        assertThat(AuthorityConfig.from(environment))
                .isEqualTo(new AuthorityConfig(
                        Path.of("/ca"),
                        true,
                        false,
                        Duration.ofDays(2),
                        Duration.ofMinutes(5),
                        30,
                        Path.of("/log/audit"),
                        "vault"));
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        Environment environment = Environment.of(Map.of(
                "CITADEL_SELF_SIGNED_CA_CERT_TTL", "0s",
                "CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE", "101"));

        AuthorityConfig.from(environment);

        assertThat(environment.problems()).hasSize(2);
    }
}
