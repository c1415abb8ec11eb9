package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshStatusTest {
    @Test
    void theTableIsSortedByNodeAndProgram() {
        String started = "2026-01-01T00:00:00Z";
        MeshStatus status = new MeshStatus(
                "/shop",
                "/run/ambit",
                1,
                List.of(
                        new MeshStatus.Row(
                                "node-a", "ztunnel-node-a", 12, "ready", 0, started, "ambit_ztunnel_node-a", "/l"),
                        new MeshStatus.Row("-", "istiod-lite", 10, "ready", 2, started, "ambit-fabric", "/l")));

        assertThat(status.table(Instant.parse("2026-01-01T00:01:30Z")).lines())
                .containsExactly(
                        "NODE     PROGRAM          PID   STATE   RESTARTS   AGE   NAMESPACE",
                        "-        istiod-lite      10    ready   2          90s   ambit-fabric",
                        "node-a   ztunnel-node-a   12    ready   0          90s   ambit_ztunnel_node-a");
    }

    @ParameterizedTest
    @CsvSource({"5, 5s", "119, 119s", "120, 2m", "135, 2m15s", "7200, 2h", "172800, 2d"})
    void agesReadAsInKubectl(long seconds, String age) {
        assertThat(MeshStatus.age(Duration.ofSeconds(seconds))).isEqualTo(age);
    }
}
