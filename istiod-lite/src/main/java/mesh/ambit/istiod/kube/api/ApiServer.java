package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    private final Config config;
    private final Duration patience;
    private final ApiRequests requests;
    private final DefinitionNews definitions = new DefinitionNews();

    private ApiServer(Config config, Duration patience) {
        this.config = config;
        this.patience = patience;
        this.requests = new ApiRequests(config, patience);
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
        try (InputStream answer = requests.open(method, path, FORMAT, contentType, text, patience)) {
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
        return requests.open("GET", path, format, null, "", silence);
    }

    /** Closes the connections; streams that are open end. */
    @Override
    public void close() {
        requests.close();
    }
}
