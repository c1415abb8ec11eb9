package mesh.ambit.perf.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuTimeTest {
    @Test
    void nameOfAProcessMayContainAnything() {
        String stat = "42 (a ) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 7 8 20 0 1 0 99 1000 10";

        assertThat(CpuTime.ofStat(stat)).isEqualTo(new CpuTime(1.5, 0.5));
    }

    @Test
    void aThreadThatIsNewUsedAllOfItsTimeSince() {
        ThreadTimes before = new ThreadTimes(Map.of("worker", new CpuTime(1, 2)));
        ThreadTimes after =
                new ThreadTimes(Map.of("worker", new CpuTime(1.5, 2), "C2 CompilerThre", new CpuTime(3, 0)));

        ThreadTimes used = after.since(before);

        assertThat(used.byName().get("worker")).isEqualTo(new CpuTime(0.5, 0));
        assertThat(used.compilerSeconds()).isEqualTo(3);
        assertThat(used.all()).isEqualTo(new CpuTime(3.5, 0));
    }

    @Test
    void threadsOfThisProcessAreSeen() {
        ThreadTimes times = ThreadTimes.of(ProcessHandle.current().pid());

        assertThat(times.byName().keySet()).contains("VM Thread");
        assertThat(times.all().total()).isPositive();
    }

    @Test
    void aProcessThatIsNotThereUsesNothing() {
        assertThat(ThreadTimes.of(Long.MAX_VALUE).all()).isEqualTo(CpuTime.NONE);
    }
}
