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
        assertThat(config.discovery())
                .isEqualTo(new DiscoverySettings(
                        Duration.ofMillis(100),
                        25,
                        25,
                        0,
                        100_000,
                        256 << 20,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(30),
                        null,
                        Set.of()));
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

        options.discovery.plaintextAddr = "localhost:15010";
        options.discovery.keepaliveInterval = "20s";
        options.discovery.keepaliveTimeout = "5s";
        options.discovery.keepaliveMaxServerConnectionAge = "5m";

        IstiodLiteConfig config = parse(Map.ofEntries(
                Map.entry("CLUSTER_ID", "one"),
                Map.entry("TRUST_DOMAIN", "trust.test"),
                Map.entry("POD_NAMESPACE", "mesh-system"),
                Map.entry("CA_TRUSTED_NODE_ACCOUNTS", "a/b, c/d"),
                Map.entry("DEFAULT_WORKLOAD_CERT_TTL", "30s"),
                Map.entry("MAX_WORKLOAD_CERT_TTL", "1h"),
                Map.entry("TOKEN_AUDIENCES", "x,y"),
                Map.entry("PILOT_DEBOUNCE_AFTER", "10ms"),
                Map.entry("PILOT_PUSH_THROTTLE", "3"),
                Map.entry("PILOT_MAX_REQUESTS_PER_SECOND", "7"),
                Map.entry("AMBIT_MAX_CONNECTIONS", "9"),
                Map.entry("ISTIO_GPRC_MAXSTREAMS", "50"),
                Map.entry("ISTIO_GPRC_MAXRECVMSGSIZE", "4096"),
                Map.entry("DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES", "a, b"),
                Map.entry("AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY", "true")));

        assertThat(config.secureGrpc()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1));
        assertThat(config.http()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 2));
        assertThat(config.monitoring()).isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3));
        Set<Feature> withDryRun = new TreeSet<>(Feature.defaults());
        withDryRun.add(Feature.DRY_RUN_POLICIES);
        assertThat(config.mesh())
                .isEqualTo(new MeshSettings(
                        "one", "trust.test", "mesh.test", "mesh-system", "mesh-system", "default", "", withDryRun));
        assertThat(config.addresses())
                .containsExactly(InetAddress.ofLiteral("10.77.0.1"), InetAddress.ofLiteral("fd77::1"));
        assertThat(config.nodes()).isEqualTo(Set.of("node-a"));
        assertThat(config.trustedNodeAccounts()).containsExactlyInAnyOrder("a/b", "c/d");
        assertThat(config.certificates()).isEqualTo(new CertificateRules(Duration.ofSeconds(30), Duration.ofHours(1)));
        assertThat(config.audiences()).containsExactly("x", "y");
        assertThat(config.discovery())
                .isEqualTo(new DiscoverySettings(
                        Duration.ofMillis(10),
                        3,
                        7,
                        9,
                        50,
                        4096,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 15010),
                        Set.of("a", "b")));
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        options.secureGrpcAddr = "15012";
        options.addresses = List.of("istiod.example");
        options.logOutputLevel = "loud";
        options.discovery.plaintextAddr = "0.0.0.0:15010";
        options.discovery.keepaliveInterval = "10ms";

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
                .hasSize(10)
                .anySatisfy(
                        problem -> assertThat(problem).startsWith("invalid flag --plaintext-address=0.0.0.0:15010 ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid flag --keepaliveInterval=10ms ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid flag --secureGRPCAddr=15012 ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid flag --address=istiod.example ("))
                .anySatisfy(problem -> assertThat(problem).startsWith("invalid env var TRUST_DOMAIN= ("));
    }

    private IstiodLiteConfig parse(Map<String, String> environment) {
        return IstiodLiteConfig.of(options, Environment.of(environment), 2);
    }
}
