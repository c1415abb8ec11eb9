package mesh.ambit.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do: a condition with a deadline, never a fixed time. */
public final class Await {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Duration STEP = Duration.ofMillis(2);

    private Await() {}

    /** Returns when {@code condition} holds; fails after two minutes, naming {@code what}. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, DEADLINE, condition);
    }

    /** Returns when {@code condition} holds; fails after {@code deadline}, naming {@code what}. */
    public static void until(String what, Duration deadline, BooleanSupplier condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError("not within " + deadline + ": " + what);
            }
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
