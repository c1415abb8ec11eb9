package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.issuer.CertificateRules;
import org.junit.jupiter.api.Test;

class IstiodLiteConfigTest {
    private final IstiodLiteOptions options = new IstiodLiteOptions();

    @Test
    void defaultsAreUpstreams() {
        options.folder = Path.of("folder");

        IstiodLiteConfig config = parse(Map.of());

        assertThat(config.secureGrpc()).isEqualTo(new InetSocketAddress(15012));
        assertThat(config.http()).isEqualTo(new InetSocketAddress(8080));
        assertThat(config.monitoring()).isEqualTo(new InetSocketAddress(15014));
        assertThat(config.mesh()).isEqualTo(MeshSettings.DEFAULT);
        assertThat(config.trustedNodeAccounts()).containsExactly("istio-system/ztunnel");
        assertThat(config.certificates()).isEqualTo(new CertificateRules(Duration.ofHours(24), Duration.ofDays(90)));
        assertThat(config.audiences()).containsExactly("istio-ca");
        assertThat(config.pushInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.streamsPerSecond()).isEqualTo(25);
        assertThat(config.addresses()).isEmpty();
        assertThat(config.nodes()).isEmpty();
    }

    @Test
    void everyNameIsRead() {
        options.secureGrpcAddr = "127.0.0.1:1";
        options.httpAddr = "[::1]:2";
        options.monitoringAddr = "localhost:3";
        options.domain = "mesh.test";
        options.addresses = List.of("10.77.0.1", "fd77::1");
        options.nodes = List.of("node-a");

        IstiodLiteConfig config = parse(Map.of(
                "CLUSTER_ID", "one",
                "TRUST_DOMAIN", "trust.test",
                "POD_NAMESPACE", "mesh-system",
                "CA_TRUSTED_NODE_ACCOUNTS", "a/b, c/d",
                "DEFAULT_WORKLOAD_CERT_TTL", "30s",
                "MAX_WORKLOAD_CERT_TTL", "1h",
                "TOKEN_AUDIENCES", "x,y",
                "PILOT_DEBOUNCE_AFTER", "10ms",
                "PILOT_MAX_REQUESTS_PER_SECOND", "7",
                "AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY", "true"));

        assertThat(config.secureGrpc()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1));
        assertThat(config.http()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 2));
        assertThat(config.monitoring()).isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3));
        Set<Feature> withDryRun = new TreeSet<>(Feature.defaults());
        withDryRun.add(Feature.DRY_RUN_POLICIES);
        assertThat(config.mesh())
                .isEqualTo(new MeshSettings(
                        "one", "trust.test", "mesh.test", "mesh-system", "mesh-system", "default", withDryRun));
        assertThat(config.addresses())
                .containsExactly(InetAddress.ofLiteral("10.77.0.1"), InetAddress.ofLiteral("fd77::1"));
        assertThat(config.nodes()).isEqualTo(Set.of("node-a"));
        assertThat(config.trustedNodeAccounts()).containsExactlyInAnyOrder("a/b", "c/d");
        assertThat(config.certificates()).isEqualTo(new CertificateRules(Duration.ofSeconds(30), Duration.ofHours(1)));
        assertThat(config.audiences()).containsExactly("x", "y");
        assertThat(config.pushInterval()).isEqualTo(Duration.ofMillis(10));
        assertThat(config.streamsPerSecond()).isEqualTo(7);
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        options.secureGrpcAddr = "15012";
        options.addresses = List.of("istiod.example");
        options.logOutputLevel = "loud";

        ConfigException failure = catchThrowableOfType(
                ConfigException.class,
                () -> parse(Map.of(
                        "TRUST_DOMAIN", "",
                        "CA_TRUSTED_NODE_ACCOUNTS", "ztunnel",
                        "DEFAULT_WORKLOAD_CERT_TTL", "2h",
                        "MAX_WORKLOAD_CERT_TTL", "1h",
                        "PILOT_DEBOUNCE_AFTER", "1m",
                        "TOKEN_AUDIENCES", " ,")));

        assertThat(failure.problems())
                .hasSize(8)
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid flag --secureGRPCAddr=15012 ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid flag --address=istiod.example ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid env var TRUST_DOMAIN= ("));
    }

    private IstiodLiteConfig parse(Map<String, String> environment) {
        return IstiodLiteConfig.of(options, Environment.of(environment), 2);
    }
}
