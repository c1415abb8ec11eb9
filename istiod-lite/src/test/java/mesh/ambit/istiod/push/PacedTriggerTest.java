package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacedTriggerTest {
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
    void clockMayWrap() {
        assertThat(PacedTrigger.delayNanos(Long.MIN_VALUE + 9, Long.MAX_VALUE, 100))
                .isEqualTo(90);
    }

    @Test
    void changesDuringARunLeadToExactlyOneMore() throws InterruptedException {
        Semaphore running = new Semaphore(0);
        Semaphore mayEnd = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(Duration.ofMillis(1), () -> {
            running.release();
            mayEnd.acquireUninterruptibly();
        })) {
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
        try (PacedTrigger trigger = new PacedTrigger(Duration.ofMillis(1), () -> {
            ran.release();
            throw new IllegalStateException("planted");
        })) {
            trigger.trigger();
            assertThat(ran.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            trigger.trigger();
            assertThat(ran.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
