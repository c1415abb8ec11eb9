package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.hbone.SocketCare;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.relay.Keepalive;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.ztunnel.inbound.ConnectHostname;
import mesh.ambit.ztunnel.inbound.RequireWaypoint;
import mesh.ambit.ztunnel.inpod.Transparency;
import mesh.ambit.ztunnel.limits.LimitSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZtunnelConfigTest {
    @Test
    void defaultsAreUpstreams() {
        ZtunnelConfig config = read(Map.of());

        assertThat(config.node().network()).isEmpty();
        assertThat(config.node().node()).isNull();
        assertThat(config.node().clusterId()).isEqualTo("Kubernetes");
        assertThat(config.node().trustDomain()).isEqualTo("cluster.local");
        assertThat(config.node().self()).isNull();
        assertThat(config.node().proxyMetadata()).isEmpty();
        assertThat(config.node().jsonMetadata()).isEmpty();
        assertThat(config.node().instanceIp()).isEqualTo("1.1.1.1");
        assertThat(xds(config).address()).hasToString("https://localhost:15012");
        assertThat(xds(config).roots())
                .isEqualTo(new TrustRoots.File(Path.of("./var/run/secrets/istio/root-cert.pem")));
        assertThat(config.control().ca().address()).hasToString("https://localhost:15012");
        assertThat(config.control().ca().token()).isNull();
        assertThat(config.control().certificateLifetime()).isEqualTo(Duration.ofHours(24));
        assertThat(config.capture().agentSocket()).isEqualTo(Path.of("/var/run/ztunnel/ztunnel.sock"));
        assertThat(config.capture().mark()).isEqualTo(1337);
        assertThat(config.capture().reusePort()).isTrue();
        assertThat(config.capture().originalSource()).isEqualTo(Transparency.Wish.BEST_EFFORT);
        assertThat(config.capture().ipv6()).isTrue();
        assertThat(config.tunnels()).isEqualTo(TunnelSettings.DEFAULT);
        assertThat(config.inbound().connectHostname()).isEqualTo(ConnectHostname.OWN);
        assertThat(config.inbound().baggage()).isTrue();
        assertThat(config.inbound().policyLogging()).isFalse();
        assertThat(config.inbound().localhostTunnel()).isTrue();
        assertThat(config.inbound().requireWaypoint()).isEqualTo(RequireWaypoint.OFF);
        assertThat(config.limits())
                .isEqualTo(new LimitSettings(50_000, 100_000, 4_096, Duration.ofSeconds(60), 90, 85));
        assertThat(config.process().drainDeadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.process().workers()).isEqualTo(2);
        assertThat(config.process().logFilter()).hasToString("hickory_server::server=off,info");
        assertThat(config.process().logFormat()).isEqualTo(LogFormat.PLAIN);
    }

    @Test
    void logsAreToldHowAsUpstreamIs() {
        assertThat(read(Map.of("RUST_LOG", "")).process().logFilter()).hasToString("hickory_server::server=off");
        assertThat(read(Map.of("RUST_LOG", "dns,Info")).process().logFilter())
                .hasToString("hickory_server::server=off,dns=trace,info");
        assertThat(read(Map.of("LOG_FORMAT", "xml")).process().logFormat()).isEqualTo(LogFormat.PLAIN);
    }

    @Test
    void everyLimitHasItsVariable() {
        Map<String, String> env = new HashMap<>();
        env.put("AMBIT_MAX_CONNECTIONS_PER_POD", "1");
        env.put("AMBIT_MAX_CONNECTIONS_PER_IDENTITY", "2");
        env.put("AMBIT_MAX_HANDSHAKES_PER_POD", "3");
        env.put("AMBIT_HANDSHAKE_TIMEOUT", "4s");
        env.put("AMBIT_MAX_DESCRIPTORS_PERCENT", "5");
        env.put("AMBIT_MAX_BUFFERS_PERCENT", "0");

        assertThat(read(env).limits()).isEqualTo(new LimitSettings(1, 2, 3, Duration.ofSeconds(4), 5, 0));
    }

    @Test
    void everyVariableHasItsPlace() {
        Map<String, String> env = new HashMap<>();
        env.put("NETWORK", "net1");
        env.put("NODE_NAME", "n1");
        env.put("CLUSTER_ID", "c1");
        env.put("ISTIO_META_CLUSTER_ID", "c2");
        env.put("TRUST_DOMAIN", "td");
        env.put("POD_NAME", "zt");
        env.put("POD_NAMESPACE", "sys");
        env.put("SERVICE_ACCOUNT", "ztunnel");
        env.put("INSTANCE_IP", "10.0.0.9");
        env.put("XDS_ADDRESS", "istiod:15012");
        env.put("CA_ADDRESS", "https://ca:1");
        env.put("XDS_ROOT_CA", "SYSTEM");
        env.put("ALT_XDS_HOSTNAME", "other");
        env.put("XDS_HEADER_X_TEAM", "t");
        env.put("AUTH_TOKEN", "/tmp/token");
        env.put("SECRET_TTL", "1h");
        env.put("INPOD_UDS", "/tmp/zds");
        env.put("PACKET_MARK", "7");
        env.put("INPOD_PORT_REUSE", "false");
        env.put("ENABLE_ORIG_SRC", "false");
        env.put("IPV6_ENABLED", "false");
        env.put("HTTP2_STREAM_WINDOW_SIZE", "1048576");
        env.put("HTTP2_CONNECTION_WINDOW_SIZE", "2097152");
        env.put("HTTP2_FRAME_SIZE", "16384");
        env.put("POOL_MAX_STREAMS_PER_CONNECTION", "3");
        env.put("POOL_UNUSED_RELEASE_TIMEOUT", "1m");
        env.put("AMBIT_CONGESTION_CONTROL", "system");
        env.put("AMBIT_CONNECT_HOSTNAME", "any");
        env.put("LOCALHOST_APP_TUNNEL", "false");
        env.put("AMBIT_REQUIRE_WAYPOINT", "labelled");
        env.put("ENABLE_RESPONSE_BAGGAGE", "false");
        env.put("AUTHZ_POLICY_INFO_LOGGING", "true");
        env.put("CONNECTION_TERMINATION_DEADLINE", "2s");
        env.put("ZTUNNEL_WORKER_THREADS", "3");
        env.put("ISTIO_META_ISTIO_VERSION", "1.2.3");
        env.put("RUST_LOG", "debug");
        env.put("LOG_FORMAT", "json");
        env.put("RUST_BACKTRACE", "1");
        ZtunnelConfig config = read(env);

        assertThat(config.node().network()).isEqualTo("net1");
        assertThat(config.node().node()).isEqualTo("n1");
        assertThat(config.node().clusterId()).isEqualTo("c2");
        assertThat(config.node().trustDomain()).isEqualTo("td");
        assertThat(config.node().self()).isEqualTo(new WorkloadInfo("zt", "sys", "ztunnel"));
        assertThat(config.node().instanceIp()).isEqualTo("10.0.0.9");
        assertThat(xds(config).address()).hasToString("https://istiod:15012");
        assertThat(xds(config).roots()).isEqualTo(new TrustRoots.OperatingSystem());
        assertThat(xds(config).alternativeName()).isEqualTo("other");
        assertThat(xds(config).headers()).containsEntry("x_team", "t");
        assertThat(config.control().ca().address()).hasToString("https://ca:1");
        assertThat(config.control().ca().token()).isEqualTo(new TokenSource.File(Path.of("/tmp/token")));
        assertThat(config.control().certificateLifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(config.capture().agentSocket()).isEqualTo(Path.of("/tmp/zds"));
        assertThat(config.capture().mark()).isEqualTo(7);
        assertThat(config.capture().reusePort()).isFalse();
        assertThat(config.capture().originalSource()).isEqualTo(Transparency.Wish.OFF);
        assertThat(config.capture().ipv6()).isFalse();
        assertThat(config.capture().nearby()).hasToString("system");
        assertThat(config.tunnels())
                .isEqualTo(new TunnelSettings(1_048_576, 2_097_152, 16_384, 3, Duration.ofMinutes(1), SocketCare.NONE));
        assertThat(config.inbound().connectHostname()).isEqualTo(ConnectHostname.ANY);
        assertThat(config.inbound().baggage()).isFalse();
        assertThat(config.inbound().policyLogging()).isTrue();
        assertThat(config.inbound().localhostTunnel()).isFalse();
        assertThat(config.inbound().requireWaypoint()).isEqualTo(RequireWaypoint.LABELLED);
        assertThat(config.process().drainDeadline()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.process().workers()).isEqualTo(3);
        assertThat(config.process().version()).isEqualTo("1.2.3");
        assertThat(config.node().introduction().metadata())
                .containsEntry("ISTIO_VERSION", "1.2.3")
                .containsEntry("CLUSTER_ID", "c2");
        assertThat(config.process().logFilter()).hasToString("hickory_server::server=off,debug");
        assertThat(config.process().logFormat()).isEqualTo(LogFormat.JSON);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> read(Map.of(
                        "CA_ADDRESS", "",
                        "XDS_ADDRESS", "https://",
                        "IPV6_ENABLED", "True",
                        "SECRET_TTL", "soon",
                        "PROXY_MODE", "both",
                        "AMBIT_CONNECT_HOSTNAME", "mine")))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .hasSize(6)
                                .anyMatch(p -> p.startsWith("invalid env var CA_ADDRESS="))
                                .anyMatch(p -> p.startsWith("invalid env var XDS_ADDRESS=https://"))
                                .anyMatch(p -> p.startsWith("invalid env var IPV6_ENABLED=True"))
                                .anyMatch(p -> p.startsWith("invalid env var SECRET_TTL=soon"))
                                .anyMatch(p -> p.startsWith("invalid env var PROXY_MODE=both"))
                                .anyMatch(p -> p.startsWith("invalid env var AMBIT_CONNECT_HOSTNAME=mine")));
    }

    @Test
    void kubernetesKnowsWhereItsControlPlaneIs() {
        assertThat(xds(read(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"))).address())
                .hasToString("https://istiod.istio-system.svc:15012");
        assertThat(read(Map.of("XDS_ADDRESS", "")).control().xds()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"30, 25", "11, 6", "10, 9", "1, 1", "0, 1"})
    void deadlineLeavesAMarginOfTheGrace(int grace, int seconds) {
        assertThat(read(Map.of("TERMINATION_GRACE_PERIOD_SECONDS", String.valueOf(grace)))
                        .process()
                        .drainDeadline())
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "ZTUNNEL_WORKER_THREADS, 0%",
        "ZTUNNEL_WORKER_THREADS, 101%",
        "ZTUNNEL_WORKER_THREADS, many",
        "ZTUNNEL_WORKER_THREADS, -1",
        "ZTUNNEL_RESOURCE_CPU_LIMIT, 0",
        "ZTUNNEL_RESOURCE_CPU_LIMIT, lots",
        "KEEPALIVE_TIME, soon",
        "KEEPALIVE_RETRIES, -1",
        "KEEPALIVE_ENABLED, yes",
        "USER_TIMEOUT_ENABLED, 1",
        "ENABLE_PROXY, TRUE",
        "PACKET_MARK, 4294967296",
        "FAKE_CA, true",
        "PROXY_MODE, both"
    })
    void whatDoesNotParseIsNamedWithItsValue(String name, String value) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .asString()
                                .startsWith("invalid env var " + name + "=" + value + " ("));
    }

    @Test
    void keepaliveIsAsItIsSet() {
        assertThat(read(Map.of()).capture().keepalive()).isEqualTo(Keepalive.DEFAULT);

        Keepalive keepalive = read(Map.of(
                        "KEEPALIVE_ENABLED", "false",
                        "KEEPALIVE_TIME", "10s",
                        "KEEPALIVE_INTERVAL", "2s",
                        "KEEPALIVE_RETRIES", "5",
                        "USER_TIMEOUT_ENABLED", "true"))
                .capture()
                .keepalive();

        assertThat(keepalive).isEqualTo(new Keepalive(false, Duration.ofSeconds(10), Duration.ofSeconds(2), 5, true));
        assertThat(keepalive.patience()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void dedicatedModeServesOneWorkloadAndMarksOnlyOnRequest() {
        Map<String, String> env = new HashMap<>(Map.of("PROXY_MODE", "dedicated", "PROXY_WORKLOAD_INFO", "ns/pod/sa"));

        assertThat(read(env).mode().workload()).isEqualTo(new WorkloadInfo("pod", "ns", "sa"));
        assertThat(read(env).capture().mark()).isZero();
        env.put("PACKET_MARK", "9");
        assertThat(read(env).capture().mark()).isEqualTo(9);
        assertThat(read(Map.of()).mode().shared()).isTrue();
    }

    @Test
    void combinationsThatMeanNothingAreRefused() {
        assertProblem(Map.of("PROXY_MODE", "dedicated"), "PROXY_MODE=dedicated requires PROXY_WORKLOAD_INFO");
        assertProblem(Map.of("PROXY_MODE", "dedicated", "PROXY_WORKLOAD_INFO", "ns/pod"), "PROXY_WORKLOAD_INFO");
        assertProblem(
                Map.of("ENABLE_PROXY", "false", "ISTIO_META_DNS_CAPTURE", "false"),
                "ztunnel run without any servers enabled");
        assertProblem(Map.of("XDS_ON_DEMAND", "true"), "DNS proxy does not currently support on-demand mode");
        assertProblem(Map.of("LOCAL_XDS", "{}", "LOCAL_XDS_PATH", "/x"), "only one of LOCAL_XDS_PATH or LOCAL_XDS");
        assertProblem(Map.of("PROXY_CONFIG", "{}"), "error parsing proxy config: failed parsing proxy config env");
        assertProblem(Map.of("ISTIO_META_DNS_PROXY_ADDR", "nowhere"), "failed to parse DNS_PROXY_ADDR: nowhere");
    }

    @ParameterizedTest
    @CsvSource({",true", "true,true", "TRUE,true", "false,false", "yes,false", "'',false"})
    void namesAreAnsweredUnlessSaidOtherwise(@Nullable String capture, boolean on) {
        Map<String, String> env = new HashMap<>();
        put(env, "ISTIO_META_DNS_CAPTURE", capture);

        assertThat(read(env).mode().dns()).isEqualTo(on);
    }

    @Test
    void whatHttp2CannotHaveIsBroughtIntoItsBounds() {
        Map<String, String> env = new HashMap<>();
        env.put("HTTP2_STREAM_WINDOW_SIZE", "4294967295");
        env.put("HTTP2_CONNECTION_WINDOW_SIZE", "0");
        env.put("HTTP2_FRAME_SIZE", "1");
        env.put("POOL_MAX_STREAMS_PER_CONNECTION", "0");

        assertThat(read(env).tunnels())
                .isEqualTo(new TunnelSettings(
                        Integer.MAX_VALUE, 65_535, 16_384, 1, Duration.ofMinutes(5), SocketCare.NONE));
    }

    @Test
    void theMeshsOwnDefaultsYieldToTheEnvironment() {
        ZtunnelConfig config = read(Map.of(
                "PROXY_CONFIG",
                """
                {"discoveryAddress": "istiod-rev0.istio-system-2:15012", "proxyAdminPort": 15999, "statsPort": 15888,
                 "proxyMetadata": {"ISTIO_META_BAR": "bar", "ISTIO_META_FOO": "old", "PLAIN": "plain"}, "other": 1}
                """,
                "ISTIO_META_FOO",
                "new",
                "ISTIO_METAJSON_LIST",
                "[1, {\"a\": true}]",
                "ISTIO_METAJSON_BROKEN",
                "{"));

        assertThat(xds(config).address()).hasToString("https://istiod-rev0.istio-system-2:15012");
        assertThat(config.process().ports()).isEqualTo(new AdminServers.Ports(15999, 15888, 15021));
        assertThat(config.node().proxyMetadata()).isEqualTo(Map.of("BAR", "bar", "FOO", "new", "PLAIN", "plain"));
        assertThat(config.node().jsonMetadata()).isEqualTo(Map.of("LIST", List.of(1.0, Map.of("a", true))));
    }

    private static void assertProblem(Map<String, String> env, String text) {
        assertThatThrownBy(() -> read(env))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems()).anyMatch(problem -> problem.contains(text)));
    }

    private static void put(Map<String, String> env, String name, @Nullable String value) {
        if (value != null) {
            env.put(name, value);
        }
    }

    private static ControlPlane xds(ZtunnelConfig config) {
        return Objects.requireNonNull(config.control().xds());
    }

    private static ZtunnelConfig read(Map<String, String> env) {
        return ZtunnelConfig.from(Environment.of(env), 2);
    }
}
