package mesh.ambit.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RootsWatchTest {
    private static final String FIRST = "a root";
    private static final String SECOND = "another";

    private List<String> roots = List.of();
    private int looks;
    private long ticks = Long.MAX_VALUE - 5;
    private final RootsWatch watch = new RootsWatch(
            () -> {
                looks++;
                return roots;
            },
            () -> ticks);

    private boolean later(List<String> seen) {
        ticks += TimeUnit.SECONDS.toNanos(11);
        roots = seen;
        return watch.haveChanged();
    }

    @Test
    void theFirstAreNoChangeAndNoneAreNone() {
        assertThat(watch.haveChanged()).isFalse();
        roots = List.of(FIRST);
        assertThat(watch.haveChanged()).isFalse();
        assertThat(later(List.of(FIRST))).isFalse();
        assertThat(later(List.of())).isFalse();
        assertThat(later(List.of(FIRST))).isFalse();
    }

    @Test
    void othersAreToldOnce() {
        later(List.of(FIRST));
        assertThat(later(List.of(FIRST, SECOND))).isTrue();
        assertThat(later(List.of(FIRST, SECOND))).isFalse();
        assertThat(later(List.of(SECOND))).isTrue();
    }

    @Test
    void whoeverHasSomeLooksEveryTenSeconds() {
        later(List.of(FIRST));
        looks = 0;
        roots = List.of(SECOND);
        for (int i = 0; i < 9; i++) {
            ticks += TimeUnit.SECONDS.toNanos(1);
            assertThat(watch.haveChanged()).isFalse();
        }
        assertThat(looks).isZero();
        ticks += TimeUnit.SECONDS.toNanos(1);
        assertThat(watch.haveChanged()).isTrue();
    }
}
