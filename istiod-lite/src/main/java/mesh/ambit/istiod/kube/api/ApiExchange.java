package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request and its answer, whose body is read ahead of its reader as far as {@link #MAX_AHEAD_BYTES} and not further:
 * then the connection is not read, which slows the server. A reader that keeps up costs the event loop no wake-up.
 *
 * <p>Driven by the event loop of the connection, except where it says otherwise.
 */
final class ApiExchange implements AsyncBody {
    /** A page of pods, or many minutes of a large cluster's changes. */
    static final int MAX_AHEAD_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ApiExchange.class);

    private final HttpRequest asked;
    private final FullHttpRequest request;
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final CompletableFuture<HttpResponse<AsyncBody>> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /** Bytes that the reader has not asked beyond. */
    private final AtomicLong ahead = new AtomicLong();

    private volatile boolean paused;
    private volatile boolean cancelled;
    private volatile @Nullable Channel channel;
    private boolean begun;
    private boolean ended;

    ApiExchange(HttpRequest asked, FullHttpRequest request, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        this.asked = asked;
        this.request = request;
        this.consumer = consumer;
    }

    /** The head of an answer. */
    private record Head(int code, HttpHeaders fields, AsyncBody body, HttpRequest request)
            implements HttpResponse<AsyncBody> {
        @Override
        public List<String> headers(String key) {
            return fields.getAll(key);
        }

        @Override
        public Map<String, List<String>> headers() {
            Map<String, List<String>> all = new LinkedHashMap<>();
            fields.forEach(field ->
                    all.computeIfAbsent(field.getKey(), _ -> new ArrayList<>()).add(field.getValue()));
            return all;
        }

        @Override
        public Optional<HttpResponse<?>> previousResponse() {
            return Optional.empty();
        }
    }

    /** Returns the head of the answer, once it is there; completed where it may be waited on, not on the event loop. */
    CompletableFuture<HttpResponse<AsyncBody>> answer() {
        return answer;
    }

    FullHttpRequest request() {
        return request;
    }

    /** Says whether it may be sent a second time when the first connection ends without a word. */
    boolean mayBeRepeated() {
        return !begun && !cancelled && request.method().equals(HttpMethod.GET);
    }

    /** Its connection is this one; returns whether it is still wanted. */
    boolean sentOn(Channel connection) {
        channel = connection;
        return !cancelled;
    }

    /** The head of the answer has come. */
    void begun(int code, HttpHeaders fields) {
        begun = true;
        Head head = new Head(code, fields, this, asked);
        // What hangs on it may block: a program may be run for another token.
        Thread.startVirtualThread(() -> answer.complete(head));
    }

    /** Some of the body has come. */
    void deliver(ByteBuf content, Channel connection) throws Exception {
        int count = content.readableBytes();
        if (count == 0 || cancelled) {
            return;
        }
        byte[] bytes = new byte[count];
        content.readBytes(bytes);
        // Counted first: its reader may have read it all and have asked for more before this call returns.
        ahead.addAndGet(count);
        consumer.consume(List.of(ByteBuffer.wrap(bytes)), this);
        if (ahead.get() > MAX_AHEAD_BYTES) {
            paused = true;
            connection.config().setAutoRead(false);
            if (ahead.get() <= MAX_AHEAD_BYTES) {
                // It asked in between, when it was not to be seen yet that somebody waits for that.
                goOn(connection);
            }
        }
    }

    private void goOn(Channel connection) {
        paused = false;
        connection.config().setAutoRead(true);
    }

    /** All of the body has come. */
    void finished() {
        ended = true;
        done.complete(null);
    }

    /** Nothing more comes, and not because the answer was over. */
    void failed(Throwable cause) {
        if (ended) {
            return;
        }
        ended = true;
        if (begun) {
            done.completeExceptionally(cause);
        } else {
            Thread.startVirtualThread(() -> answer.completeExceptionally(cause));
        }
    }

    /** The reader has read what there was, and wants more; any thread. */
    @Override
    public void consume() {
        ahead.set(0);
        Channel connection = channel;
        if (paused && connection != null) {
            onLoop(connection, () -> {
                if (!ended && paused) {
                    goOn(connection);
                }
            });
        }
    }

    @Override
    public CompletableFuture<Void> done() {
        return done;
    }

    /** The reader wants no more; any thread. A connection with the rest of an answer is of no use to another request. */
    @Override
    public void cancel() {
        cancelled = true;
        Channel connection = channel;
        if (connection != null && !done.isDone()) {
            onLoop(connection, () -> {
                if (!ended) {
                    failed(new IOException("no longer wanted"));
                    connection.close();
                }
            });
        }
    }

    private static void onLoop(Channel connection, Runnable task) {
        try {
            connection.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("ended, with all connections", e);
        }
    }
}
