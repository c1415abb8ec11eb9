package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
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
 * The API server of a cluster, under the credentials of a kubeconfig or of the pod that we run in; a pod's token is
 * read again when it was renewed. Blocks: meant for virtual threads. Tries everything once; who calls decides what
 * happens then.
 */
public final class ApiServer implements AutoCloseable {
    /** For the head of an answer, and for each stretch of silence within one that is no watch. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So much longer may a watch be silent; the server sends a bookmark about every minute. */
    private static final int SILENCE = 5;

    /** What an answer is to be written in. */
    static final String FORMAT = "application/json";

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int END_MILLIS = 1_000;

    /** What is quoted of an answer that is not of the usual form. */
    private static final int MAX_QUOTED = 200;

    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final Config config;
    private final Duration patience;
    private final ReentrantLock renewal = new ReentrantLock();
    private final DefinitionNews definitions = new DefinitionNews();

    /** Reads and writes all connections; its thread begins with the first of them. */
    private final EventLoopGroup loops = Transport.best().group(1, "ambit-api");

    private volatile Connection connection;

    /** The client, with its connections, and how many there were before it. */
    private record Connection(HttpClient client, long number) {}

    private ApiServer(Config config, Duration patience) {
        this.config = config;
        this.patience = patience;
        try {
            this.connection = new Connection(newClient(), 0);
        } catch (RuntimeException e) {
            loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw e;
        }
    }

    /**
     * Returns the server that {@code kubeconfig} names; without one the environment decides as for any client:
     * KUBECONFIG, the file in the home folder, the pod's service account. Nothing is asked yet.
     *
     * @throws IOException if the file cannot be read
     */
    public static ApiServer connect(@Nullable Path kubeconfig) throws IOException {
        return connect(kubeconfig, null);
    }

    /** As {@link #connect(Path)}, in a context of the kubeconfig; null for its current one. */
    public static ApiServer connect(@Nullable Path kubeconfig, @Nullable String context) throws IOException {
        return new ApiServer(ClientConfigs.of(kubeconfig, context), PATIENCE);
    }

    /**
     * Returns the server that a kubeconfig names which somebody else wrote. Nothing is asked yet.
     *
     * @param allowed what it may say all the same, in the words of {@link Kubeconfigs}
     * @throws IOException if it is none, or not a safe one; the message quotes nothing of it
     */
    public static ApiServer connectTo(String kubeconfig, Set<String> allowed) throws IOException {
        try {
            return new ApiServer(ClientConfigs.of(kubeconfig, allowed), PATIENCE);
        } catch (RuntimeException e) {
            // Not its words: they may quote a credential.
            throw new IOException("no usable kubeconfig: certificates, key or another part cannot be read");
        }
    }

    /** Returns the server at {@code url}, without credentials; for tests. */
    static ApiServer at(String url, Duration patience) {
        return new ApiServer(ClientConfigs.at(url), patience);
    }

    /** Returns the server's address, for people. */
    public String url() {
        return config.getMasterUrl();
    }

    /** Returns how long a watch may be silent. */
    Duration silence() {
        return patience.multipliedBy(SILENCE);
    }

    /** Returns who waits for definitions of this server. */
    public DefinitionNews definitions() {
        return definitions;
    }

    /** Returns the beginning of an object to be written: what it is and its name. */
    public static ObjectNode object(String apiVersion, String kind, String name) {
        ObjectNode object =
                JSON.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
        object.putObject("metadata").put("name", name);
        return object;
    }

    /** Returns the object at {@code path}. */
    public JsonNode get(String path) throws IOException {
        return send("GET", path, null, null);
    }

    /** Returns the object at {@code path}; null if there is none. */
    public @Nullable JsonNode find(String path) throws IOException {
        try {
            return get(path);
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Creates what {@code body} says below {@code path}, and returns what became of it. */
    public JsonNode create(String path, JsonNode body) throws IOException {
        return send("POST", path, "application/json", body);
    }

    /** Replaces the object at {@code path}; with a resourceVersion in it only if nobody changed it since. */
    public JsonNode replace(String path, JsonNode body) throws IOException {
        return send("PUT", path, "application/json", body);
    }

    /** Changes the fields of {@code body} of the object at {@code path}. */
    public JsonNode merge(String path, JsonNode body) throws IOException {
        return send("PATCH", path, "application/merge-patch+json", body);
    }

    /**
     * Makes the object at {@code path} have the fields of {@code body}, creates it if need be, and removes the fields
     * that {@code manager} applied before and that are not there any more (server-side apply, by force).
     */
    public JsonNode apply(String path, String manager, JsonNode body) throws IOException {
        return send("PATCH", path + "?force=true&fieldManager=" + manager, "application/apply-patch+yaml", body);
    }

    /** Returns what {@link #apply} would make of the object; makes nothing. */
    public JsonNode rehearse(String path, String manager, JsonNode body) throws IOException {
        return send(
                "PATCH", path + "?force=true&dryRun=All&fieldManager=" + manager, "application/apply-patch+yaml", body);
    }

    /** Deletes the object at {@code path}; one that is not there counts as deleted. */
    public void delete(String path) throws IOException {
        try {
            send("DELETE", path, null, null);
        } catch (ApiException e) {
            if (e.code() != ApiException.NOT_FOUND) {
                throw e;
            }
        }
    }

    private JsonNode send(String method, String path, @Nullable String contentType, @Nullable JsonNode body)
            throws IOException {
        String text = body == null ? "" : body.toString();
        try (InputStream answer = open(method, path, FORMAT, contentType, text, patience)) {
            // To its end, and not just to that of the object: only then is the connection of use to the next request.
            return JSON.readTree(answer.readAllBytes());
        }
    }

    /**
     * Returns the body of the answer to a GET of {@code path}, as it comes.
     *
     * @param format media type of the answer
     * @param silence how long nothing may come before the reader is told that the connection is dead
     */
    InputStream stream(String path, String format, Duration silence) throws IOException {
        return open("GET", path, format, null, "", silence);
    }

    private InputStream open(
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
            message = JSON.readTree(text).path("message").asText(text);
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
                LOG.warn("{} does not answer, connecting anew", url());
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
        return own.isProxied() ? others.newBuilder(config).build() : own.build();
    }

    /** Closes the connections; streams that are open end. */
    @Override
    public void close() {
        connection.client().close();
        loops.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS);
    }
}
