package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RewritePaceTest {
    @Test
    void whatSomebodyChangedIsPutRightAtOnce() {
        RewritePace pace = RewritePace.NEW.wrote("ours", 5);

        assertThat(pace.wait("ours", 6)).isZero();
    }

    @Test
    void whoInsistsIsAnsweredEverMoreSlowly() {
        RewritePace pace = RewritePace.NEW;
        long now = Long.MAX_VALUE - 1000;
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            pace = pace.wrote("ours", now);
            Duration wait = pace.wait("ours", now);
            waits.add(wait.toSeconds());
            now += wait.toNanos();
            assertThat(pace.wait("ours", now)).isZero();
        }

        assertThat(waits).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void anotherTextWaitsForNothing() {
        RewritePace pace = RewritePace.NEW;
        for (int i = 0; i < 10; i++) {
            pace = pace.wrote("ours", 0);
        }

        assertThat(pace.wait("new", 0)).isZero();
        assertThat(pace.wrote("new", 0).wait("new", 0)).isZero();
    }

    @Test
    void longCalmIsABeginning() {
        RewritePace pace = RewritePace.NEW;
        for (int i = 0; i < 10; i++) {
            pace = pace.wrote("ours", 0);
        }
        long later = Duration.ofMinutes(11).toNanos();

        assertThat(pace.wait("ours", later)).isZero();
        assertThat(pace.wrote("ours", later).wait("ours", later)).isZero();
    }
}
