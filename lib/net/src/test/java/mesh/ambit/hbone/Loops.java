package mesh.ambit.hbone;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import mesh.ambit.relay.Transport;

/** Event loops and waiting for tests. */
public final class Loops {
    /** For a machine that is ten times slower than ours, or stands still for a while. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private Loops() {}

    public static EventLoopGroup start(int workers) {
        return Transport.best().group(workers, "test");
    }

    /** Ends {@code group} and what is open on it. */
    public static void stop(EventLoopGroup group) {
        if (!group.shutdownGracefully(0, 2, TimeUnit.SECONDS)
                .awaitUninterruptibly(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("event loops do not end");
        }
    }

    /** Waits for {@code condition}; fails with {@code what} at the deadline. */
    public static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE.toNanos()) {
                throw new AssertionError("never happened: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for: " + what, e);
            }
        }
    }

    /** Returns the outcome of {@code future}, or throws its cause. */
    public static <T> T get(Future<T> future) throws Exception {
        if (!future.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("future never completed");
        }
        if (future.cause() instanceof Exception e) {
            throw e;
        }
        return future.getNow();
    }

    /** Runs {@code task} on {@code group}'s next loop and returns its result. */
    public static <T> T on(EventLoopGroup group, Callable<T> task) throws Exception {
        return get(group.submit(task));
    }
}
