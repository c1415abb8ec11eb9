package mesh.ambit.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessStatsTest {
    @Test
    void nameOfAProcessMayContainAnything() {
        String stat = "42 (a ) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 7 8 20 0 1 0 99 1000 10";

        assertThat(ProcessStats.parseCpuSeconds(stat)).isEqualTo(2.0);
    }
}
