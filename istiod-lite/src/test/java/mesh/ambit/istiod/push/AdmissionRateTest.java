package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdmissionRateTest {
    private static final long SECOND = 1_000_000_000L;

    private final AdmissionRate rate = new AdmissionRate(10);

    @Test
    void oneSecondsWorthComesAtOnceThenEachWaitsItsTurn() {
        for (int i = 0; i < 10; i++) {
            assertThat(rate.reserve(0)).isZero();
        }

        assertThat(rate.reserve(0)).isEqualTo(SECOND / 10);
        assertThat(rate.reserve(0)).isEqualTo(SECOND / 5);
    }

    @Test
    void whoWouldWaitMoreThanASecondIsRefused() {
        for (int i = 0; i < 20; i++) {
            assertThat(rate.reserve(5)).isBetween(0L, SECOND);
        }

        assertThat(rate.reserve(5)).isEqualTo(AdmissionRate.REFUSED);
        assertThat(rate.reserve(5 + SECOND / 2)).isNotEqualTo(AdmissionRate.REFUSED);
    }

    @Test
    void clockMayBeNegativeAndWrap() {
        AdmissionRate late = new AdmissionRate(10);

        assertThat(late.reserve(Long.MAX_VALUE - 1)).isZero();
        assertThat(late.reserve(Long.MIN_VALUE + 5)).isZero();
    }
}
