package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DetourTest {
    private long now = -1_000_000_000_000L;
    private final Detour detour = new Detour(() -> now);
    private final List<Duration> wakes = new ArrayList<>();

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void nothingIsKeptForWhoGoesOnAsBefore() {
        assertThat(detour.mayHold(() -> false)).isFalse();
    }

    @Test
    void whatIsGoneIsKeptWhileRoutesAreNew() {
        assertThat(detour.mayHold(() -> true)).isTrue();
        detour.told();
        detour.held(true, wakes::add);

        pass(1_900);
        assertThat(detour.mayHold(() -> false)).isTrue();
        pass(200);
        assertThat(detour.mayHold(() -> false)).isFalse();
        assertThat(wakes).hasSize(1);
    }

    @Test
    void nothingIsKeptForEverHoweverOftenRoutesChange() {
        int kept = 0;
        while (detour.mayHold(() -> true) && kept < 100) {
            detour.told();
            detour.held(true, wakes::add);
            pass(500);
            kept++;
        }

        assertThat(kept).isEqualTo(12);
        assertThat(wakes).hasSize(3);
        detour.held(false, wakes::add);
        assertThat(detour.mayHold(() -> true)).isTrue();
    }
}
