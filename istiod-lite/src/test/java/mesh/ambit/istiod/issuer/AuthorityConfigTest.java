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
                        "",
                        AuthorityConfig.Kubernetes.DEFAULT));
    }

    @Test
    void everyVariableHasItsPlace() {
        Environment environment = Environment.of(Map.ofEntries(
                Map.entry("ROOT_CA_DIR", "/ca"),
                Map.entry("ISTIO_MULTIROOT_MESH", "true"),
                Map.entry("PILOT_ENABLE_CA_CRL", "false"),
                Map.entry("CITADEL_SELF_SIGNED_CA_CERT_TTL", "48h"),
                Map.entry("CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "5m"),
                Map.entry("CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE", "30"),
                Map.entry("AMBIT_CA_AUDIT_LOG", "/log/audit"),
                Map.entry("AMBIT_EXTERNAL_CA", "vault"),
                Map.entry("K8S_SIGNER", "corp.test/mesh"),
                Map.entry("AMBIT_EXTERNAL_CA_ROOTS", "/roots"),
                Map.entry("USE_CACERTS_FOR_SELF_SIGNED_CA", "true"),
                Map.entry("ENABLE_CLUSTER_TRUST_BUNDLE_API", "true")));

        assertThat(AuthorityConfig.from(environment))
                .isEqualTo(new AuthorityConfig(
                        Path.of("/ca"),
                        true,
                        false,
                        Duration.ofDays(2),
                        Duration.ofMinutes(5),
                        30,
                        Path.of("/log/audit"),
                        "vault",
                        new AuthorityConfig.Kubernetes("corp.test/mesh", Path.of("/roots"), true, true)));
    }

    @Test
    void theSignerOfAClusterNeedsItsName() {
        Environment named =
                Environment.of(Map.of("EXTERNAL_CA", "ISTIOD_RA_KUBERNETES_API", "K8S_SIGNER", "corp.test/mesh"));
        assertThat(AuthorityConfig.from(named).externalSigner()).isEqualTo("ISTIOD_RA_KUBERNETES_API");
        assertThat(named.problems()).isEmpty();

        Environment nameless = Environment.of(Map.of("EXTERNAL_CA", "ISTIOD_RA_KUBERNETES_API"));
        AuthorityConfig.from(nameless);
        assertThat(nameless.problems()).singleElement().asString().contains("K8S_SIGNER");

        Environment unknown = Environment.of(Map.of("EXTERNAL_CA", "other"));
        AuthorityConfig.from(unknown);
        assertThat(unknown.problems()).singleElement().asString().contains("ISTIOD_RA_KUBERNETES_API");
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
