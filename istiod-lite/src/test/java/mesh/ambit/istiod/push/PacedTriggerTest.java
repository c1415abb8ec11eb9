package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mesh.ambit.istiod.push.PacedTrigger.Pace;
import org.junit.jupiter.api.Test;

class PacedTriggerTest {
    private static final Pace PACE = new Pace(Duration.ofMillis(1), Duration.ofMillis(1));

    @Test
    void changeAfterAQuietIntervalIsPushedAtOnce() {
        assertThat(PacedTrigger.delayNanos(1000, 800, 100)).isZero();
        assertThat(PacedTrigger.delayNanos(900, 800, 100)).isZero();
    }

    @Test
    void changeWithinTheIntervalWaitsForItsEndOnly() {
        assertThat(PacedTrigger.delayNanos(830, 800, 100)).isEqualTo(70);
        assertThat(PacedTrigger.delayNanos(800, 800, 100)).isEqualTo(100);
    }

    @Test
    void intervalGrowsWithTheWorkWithinItsLimits() {
        Pace pace = new Pace(Duration.ofMillis(10), Duration.ofMillis(100));

        assertThat(pace.intervalNanos(0)).isEqualTo(10_000_000);
        assertThat(pace.intervalNanos(20_000_000)).isEqualTo(60_000_000);
        assertThat(pace.intervalNanos(5_000_000_000L)).isEqualTo(100_000_000);
        assertThat(new Pace(Duration.ofMillis(10), Duration.ofMillis(2)).intervalNanos(0))
                .isEqualTo(2_000_000);
    }

    @Test
    void clockMayWrap() {
        assertThat(PacedTrigger.delayNanos(Long.MIN_VALUE + 9, Long.MAX_VALUE, 100))
                .isEqualTo(90);
    }

    @Test
    void changesDuringARunLeadToExactlyOneMore() throws InterruptedException {
        Semaphore running = new Semaphore(0);
        Semaphore mayEnd = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(
                PACE,
                _ -> {
                    running.release();
                    mayEnd.acquireUninterruptibly();
                },
                () -> Duration.ZERO)) {
            trigger.trigger();
            assertThat(running.tryAcquire(10, TimeUnit.SECONDS)).isTrue();

            trigger.trigger();
            trigger.trigger();
            mayEnd.release(2);
            assertThat(running.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            trigger.trigger();
            mayEnd.release();

            assertThat(running.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            assertThat(running.availablePermits()).isZero();
        }
    }

    @Test
    void faultInTheActionDoesNotEndThePushes() throws InterruptedException {
        Semaphore ran = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(
                PACE,
                _ -> {
                    ran.release();
                    throw new IllegalStateException("planted");
                },
                () -> Duration.ZERO)) {
            trigger.trigger();
            assertThat(ran.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            trigger.trigger();
            assertThat(ran.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
