package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.relay.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP client of an {@link ApiServer}. Callers block until the head of their answer is there. When that takes too
 * long the client gives up all its connections and goes on with new ones.
 */
final class ApiRequests implements AutoCloseable {
    // Under the name of the server, which is what an operator knows.
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int END_MILLIS = 1_000;

    /** What is quoted of an answer that is not of the usual form. */
    private static final int MAX_QUOTED = 200;

    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final Config config;
    private final ApiCredentials credentials;
    private final Duration patience;
    private final ReentrantLock renewal = new ReentrantLock();

    /** Reads and writes all connections; its thread begins with the first of them. */
    private final EventLoopGroup loops = Transport.best().group(1, "ambit-api");

    private volatile Connection connection;

    /** The client, with its connections, and how many there were before it. */
    private record Connection(HttpClient client, long number) {}

    /**
     * Creates the client; nothing is asked yet.
     *
     * @param config its own from now on
     * @param patience how long the head of an answer may take
     * @throws RuntimeException if the configuration has certificates or keys that cannot be read
     */
    ApiRequests(Config config, Duration patience) {
        this.config = config;
        this.credentials = ApiCredentials.takenFrom(config);
        this.patience = patience;
        try {
            this.connection = new Connection(newClient(), 0);
        } catch (RuntimeException e) {
            loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw e;
        }
    }

    /**
     * Sends a request and returns the body of its answer, as it comes.
     *
     * @param format media type of the answer
     * @param contentType media type of {@code text}; null without one
     * @param text what is sent along, nothing if empty
     * @param silence how long nothing may come of the body before the reader is told that the connection is dead
     * @throws ApiException if the server answers that it will not
     * @throws IOException if there is no answer
     */
    InputStream open(
            String method, String path, String format, @Nullable String contentType, String text, Duration silence)
            throws IOException {
        // Without the query: it says nothing to a person, and may be long.
        String request = method + " " + path.replaceFirst("\\?.*", "");
        Connection connected = connection;
        HttpClient used = connected.client();
        HttpRequest.Builder builder =
                used.newHttpRequestBuilder().uri(URI.create(base() + path)).forStreaming();
        builder.header("Accept", format);
        builder.method(method, contentType, text.isEmpty() ? null : text);
        ByteStream stream = new ByteStream(request, silence);
        CompletableFuture<HttpResponse<AsyncBody>> answer;
        try {
            answer = used.consumeBytes(builder.build(), stream);
        } catch (IllegalStateException | RejectedExecutionException e) {
            throw new IOException(request + ": the connection was given up", e);
        }
        HttpResponse<AsyncBody> head;
        try {
            head = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            renew(connected.number());
            throw new SocketTimeoutException(request + ": no answer within " + patience.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new IOException(request + ": " + Failures.reason(e), e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(request + ": interrupted");
        }
        stream.begin(head.body());
        if (!head.isSuccessful()) {
            try (stream) {
                throw failure(request, head, stream);
            }
        }
        return stream;
    }

    private String base() {
        String url = config.getMasterUrl();
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static ApiException failure(String request, HttpResponse<AsyncBody> head, InputStream body)
            throws IOException {
        String text = new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
        String message;
        try {
            message = ApiServer.JSON.readTree(text).path("message").asText(text);
        } catch (IOException e) {
            message = text;
        }
        message = message.strip().replaceAll("\\p{Cntrl}", " ");
        return new ApiException(
                request,
                head.code(),
                message.length() > MAX_QUOTED ? message.substring(0, MAX_QUOTED) + "…" : message,
                retryAfter(head.header("Retry-After")));
    }

    private static @Nullable Duration retryAfter(@Nullable String seconds) {
        return seconds != null && seconds.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    /**
     * Gives up the client of this number: where one of its connections died without a sound the others have, and would
     * swallow a request each for as long as the kernel keeps trying.
     */
    private void renew(long silent) {
        renewal.lock();
        try {
            Connection present = connection;
            if (present.number() == silent) {
                LOG.warn("{} does not answer, connecting anew", config.getMasterUrl());
                connection = new Connection(newClient(), silent + 1);
                present.client().close();
            }
        } finally {
            renewal.unlock();
        }
    }

    /** Returns a client of ours, or the JDK's where there is a proxy between us. */
    private HttpClient newClient() {
        HttpClient.Factory others = HttpClientUtils.getHttpClientFactory();
        ApiTransportBuilder own = new ApiTransportBuilder(others, loops.next(), URI.create(base()));
        HttpClientUtils.applyCommonConfiguration(config, own, others);
        own.prefer(credentials.keys(), credentials.trust());
        return own.isProxied() ? own.lendTo(others.newBuilder(config)).build() : own.build();
    }

    /** Closes the connections; streams that are open end. */
    @Override
    public void close() {
        connection.client().close();
        loops.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS);
    }
}
