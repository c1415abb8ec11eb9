package mesh.ambit.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.testkit.TestAuthority;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RootsWatchTest {
    private final X509Certificate first = new TestAuthority("first").root();
    private final X509Certificate second = new TestAuthority("second").root();

    private List<X509Certificate> roots = List.of();
    private int looks;
    private long ticks = Long.MAX_VALUE - 5;
    private final RootsWatch watch = new RootsWatch(
            () -> {
                looks++;
                return roots;
            },
            () -> ticks);

    private boolean later(List<X509Certificate> seen) {
        ticks += TimeUnit.SECONDS.toNanos(11);
        roots = seen;
        return watch.haveChanged();
    }

    @Test
    void theFirstAreNoChangeAndNoneAreNone() {
        assertThat(watch.haveChanged()).isFalse();
        roots = List.of(first);
        assertThat(watch.haveChanged()).isFalse();
        assertThat(later(List.of(first))).isFalse();
        assertThat(later(List.of())).isFalse();
        assertThat(later(List.of(first))).isFalse();
    }

    @Test
    void othersAreToldOnce() {
        later(List.of(first));
        assertThat(later(List.of(first, second))).isTrue();
        assertThat(later(List.of(first, second))).isFalse();
        assertThat(later(List.of(second))).isTrue();
    }

    @Test
    void whoeverHasSomeLooksEveryTenSeconds() {
        later(List.of(first));
        looks = 0;
        roots = List.of(second);
        for (int i = 0; i < 9; i++) {
            ticks += TimeUnit.SECONDS.toNanos(1);
            assertThat(watch.haveChanged()).isFalse();
        }
        assertThat(looks).isZero();
        ticks += TimeUnit.SECONDS.toNanos(1);
        assertThat(watch.haveChanged()).isTrue();
    }
}
