package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.node.pods.AddressRange;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import org.junit.jupiter.api.Test;

class NodeSetupConfigTest {
    private static final NodeSetupConfig.Flags FLAGS = new NodeSetupConfig.Flags(
            Path.of("objects"), Path.of("state"), "a", "10.77.2.0/24", "fd77:0:0:2::/64", "cluster.local");

    @Test
    void defaultsAreThese() {
        assertThat(of(Map.of()))
                .isEqualTo(new NodeSetupConfig(
                        Path.of("objects"),
                        Path.of("state"),
                        "a",
                        AddressRange.parse("10.77.2.0/24"),
                        AddressRange.parse("fd77:0:0:2::/64"),
                        Path.of("state/nodes/a/ztunnel.sock"),
                        true,
                        true,
                        true,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        "cluster.local",
                        LogFilter.INFO,
                        LogFormat.PLAIN));
    }

    @Test
    void variablesHaveTheseNames() {
        NodeSetupConfig config = of(Map.of(
                "ZTUNNEL_UDS_ADDRESS", "/run/z.sock",
                "AMBIT_GRACEFUL_ENROL", "false",
                "AMBIENT_IPV6", "false",
                "AMBIENT_DNS_CAPTURE", "false",
                "AMBIT_DRAIN_PERIOD", "1m",
                "AMBIT_VERIFY_INTERVAL", "5s",
                "RUST_LOG", "debug",
                "LOG_FORMAT", "json"));

        assertThat(config.socket()).isEqualTo(Path.of("/run/z.sock"));
        assertThat(config.gracefulEnrol()).isFalse();
        assertThat(config.ipv6()).isFalse();
        assertThat(config.capture().dns()).isFalse();
        assertThat(config.drainPeriod()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.verifyInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.logFilter()).hasToString("debug");
        assertThat(config.logFormat()).isEqualTo(LogFormat.JSON);
    }

    @Test
    void everyWrongValueIsReportedAtOnce() {
        NodeSetupConfig.Flags wrong = new NodeSetupConfig.Flags(
                Path.of("objects"), Path.of("state"), "a/b", "10.77.2.1/24", "10.77.0.0/16", "cluster.local");

        assertThatThrownBy(() -> NodeSetupConfig.of(wrong, Environment.of(Map.of("AMBIENT_IPV6", "maybe"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("--node a/b: not the name of a node")
                .hasMessageContaining("--pod-cidr 10.77.2.1/24: bits behind the prefix are not zero")
                .hasMessageContaining("--pod-cidr6 10.77.0.0/16: of the wrong address family")
                .hasMessageContaining("AMBIENT_IPV6=maybe");
    }

    private static NodeSetupConfig of(Map<String, String> variables) {
        return NodeSetupConfig.of(FLAGS, Environment.of(variables));
    }
}
