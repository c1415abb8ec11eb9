package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a blocking stream: asks for more only when what came has been read, so that a slow reader
 * slows the server. Fails when nothing comes for a while, for a connection can die without a sound.
 */
final class ByteStream extends InputStream implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final String request;
    private final Duration silence;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
    private @Nullable AsyncBody body;
    private @Nullable Arrival end;

    /** Since when the reader waits, if it does. */
    private volatile boolean waiting;

    private volatile long waitingSinceNanos;
    private volatile boolean silent;
    private volatile boolean closed;
    private volatile @Nullable Future<?> watchdog;

    /** Bytes, or the end: {@code failure} is null where the body ended as it should. */
    private record Arrival(
            @Nullable List<ByteBuffer> bytes, @Nullable Throwable failure) {}

    /**
     * Creates one for the answer to {@code request}.
     *
     * @param silence how long nothing may come
     */
    ByteStream(String request, Duration silence) {
        this.request = request;
        this.silence = silence;
    }

    /** Begins to read; called once, when the head of the answer is there. */
    void begin(AsyncBody answer) {
        body = answer;
        answer.done().whenComplete((_, failure) -> arrivals.add(new Arrival(null, failure)));
    }

    @Override
    public void consume(List<ByteBuffer> bytes, AsyncBody answer) {
        arrivals.add(new Arrival(bytes, null));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            ByteBuffer buffer = buffers.peek();
            if (buffer == null) {
                if (!awaitMore()) {
                    return -1;
                }
            } else if (!buffer.hasRemaining()) {
                buffers.poll();
            } else {
                int count = Math.min(length, buffer.remaining());
                buffer.get(target, offset, count);
                return count;
            }
        }
    }

    /** Waits for bytes; returns false at the end of the body. */
    private boolean awaitMore() throws IOException {
        if (end == null) {
            Arrival arrival = poll();
            if (arrival.bytes() != null) {
                buffers.addAll(arrival.bytes());
                return true;
            }
            end = arrival;
        }
        Throwable failure = end.failure();
        if (failure != null) {
            throw new IOException(request + ": broken off: " + Failures.reason(failure), failure);
        }
        return false;
    }

    private Arrival poll() throws IOException {
        Arrival arrival = arrivals.poll();
        if (arrival != null) {
            return arrival;
        }
        AsyncBody open = body;
        if (open != null) {
            open.consume();
        }
        waitingSinceNanos = System.nanoTime();
        waiting = true;
        if (watchdog == null) {
            watchdog = later(silence.toNanos());
        }
        try {
            arrival = arrivals.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(request + ": interrupted");
        } finally {
            waiting = false;
        }
        if (arrival.bytes() == null && silent) {
            close();
            throw new SocketTimeoutException(request + ": nothing came for " + silence.toSeconds() + " s");
        }
        return arrival;
    }

    /**
     * Ends a wait that has lasted too long. One timer follows a stream for as long as it is open: a timer for each wait
     * would wake two threads more for each event of a watch.
     */
    private void look() {
        long left = silence.toNanos() - (waiting ? System.nanoTime() - waitingSinceNanos : 0);
        if (left <= 0) {
            silent = true;
            arrivals.add(new Arrival(null, null));
        } else if (!closed) {
            watchdog = later(left);
        }
    }

    private Future<?> later(long nanos) {
        return ForkJoinPool.commonPool().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        closed = true;
        Future<?> timer = watchdog;
        if (timer != null) {
            timer.cancel(false);
        }
        AsyncBody open = body;
        if (open != null) {
            open.cancel();
        }
    }
}
