package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.istiod.push.PacedTrigger.Pace;
import org.junit.jupiter.api.Test;

class PacedTriggerTest {
    private static final Pace PACE = new Pace(Duration.ofMillis(1), Duration.ofMillis(1));

    private static final Pace REAL = new Pace(Duration.ofMillis(3), Duration.ofMillis(100));
    private static final long MS = 1_000_000;

    @Test
    void changeAfterAQuietTimeIsPushedAtOnce() {
        assertThat(REAL.delayNanos(1000 * MS, 900 * MS, 950 * MS)).isZero();
    }

    @Test
    void someRunsMayFollowEachOtherQuicklyAfterAQuietTime() {
        // Runs of 4 ms each, as close as is allowed: the third waits for the shortest interval only.
        long accounted = 0;
        long begin = 1000 * MS;
        for (int i = 0; i < 3; i++) {
            accounted = Pace.account(accounted, begin, 4 * MS);
            assertThat(REAL.delayNanos(begin, begin, accounted)).isEqualTo(3 * MS);
            begin += 3 * MS;
        }
    }

    @Test
    void inTheLongRunWorkIsAThirdOfTheTime() {
        long accounted = 0;
        long begin = 1000 * MS;
        for (int i = 0; i < 100; i++) {
            accounted = Pace.account(accounted, begin, 4 * MS);
            begin += REAL.delayNanos(begin, begin, accounted);
        }

        assertThat(begin - 1000 * MS).isBetween((1200 - 60) * MS, 1200 * MS);
    }

    @Test
    void noChangeWaitsLongerThanTheLongestInterval() {
        long accounted = Pace.account(0, 1000 * MS, 5000 * MS);

        assertThat(REAL.delayNanos(1000 * MS, 1000 * MS, accounted)).isEqualTo(100 * MS);
        assertThat(REAL.delayNanos(1070 * MS, 1000 * MS, accounted)).isEqualTo(30 * MS);
        assertThat(new Pace(Duration.ofMillis(10), Duration.ofMillis(2)).delayNanos(0, 0, 0))
                .isEqualTo(2 * MS);
    }

    @Test
    void clockMayWrap() {
        long begin = Long.MAX_VALUE - MS;
        long accounted = Pace.account(begin - 10 * MS, begin, 20 * MS);

        assertThat(REAL.delayNanos(begin + 5 * MS, begin, accounted)).isEqualTo(45 * MS);
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
            assertThat(running.tryAcquire(60, TimeUnit.SECONDS)).isTrue();

            trigger.trigger();
            trigger.trigger();
            mayEnd.release(2);
            assertThat(running.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            trigger.trigger();
            mayEnd.release();

            assertThat(running.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            assertThat(running.availablePermits()).isZero();
        }
    }

    @Test
    void whatWaitsForCompanyGoesWithIt() throws InterruptedException {
        Pace slow = new Pace(Duration.ofMillis(1), Duration.ofHours(1));
        Semaphore ran = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(slow, _ -> ran.release(), () -> Duration.ZERO)) {
            trigger.triggerWithin(Duration.ofMinutes(30));
            trigger.triggerWithin(Duration.ofMinutes(30));
            trigger.trigger();

            assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            assertThat(ran.availablePermits()).isZero();
        }
    }

    @Test
    void whatWaitsForCompanyInVainGoesAlone() throws InterruptedException {
        Semaphore ran = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(PACE, _ -> ran.release(), () -> Duration.ZERO)) {
            for (int i = 0; i < 3; i++) {
                trigger.triggerWithin(Duration.ofMinutes(30));
                // Never longer than the longest interval of the pace.
                assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aWaitThatARunHasEndedDoesNotEndTheNextOne() throws InterruptedException {
        Duration wait = Duration.ofMillis(300);
        Pace slow = new Pace(Duration.ofMillis(1), wait);
        Semaphore ran = new Semaphore(0);
        try (PacedTrigger trigger = new PacedTrigger(slow, _ -> ran.release(), () -> Duration.ZERO)) {
            trigger.triggerWithin(wait);
            trigger.trigger();
            assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            // Into the time that is left of the first wait.
            LockSupport.parkNanos(wait.toNanos() / 3);

            long begin = System.nanoTime();
            trigger.triggerWithin(wait);
            assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(wait);
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
            assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            trigger.trigger();
            assertThat(ran.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
