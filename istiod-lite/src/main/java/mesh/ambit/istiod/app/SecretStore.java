package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;

/** Signing material in a Secret of the cluster, which every replica of the controller shares. */
final class SecretStore implements MaterialStore {
    /** Name and type that the reference uses. */
    static final String NAME = "istio-ca-secret";

    static final String CACERTS = "cacerts";

    /** Marks what a controller made, as the reference does. */
    private static final String GENERATED = "istio-generated";

    static final String TYPE = "istio.io/ca-root";

    private static final ApiResource SECRETS = ApiResource.of("", "v1", "secrets");

    /** A change of the root is no matter of seconds, and every replica asks. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final ApiServer server;
    private final String namespace;
    private final boolean mayUseCacerts;

    /** Of the two Secrets the one that is used. */
    private volatile String name = NAME;

    /** What was read last: labels and type of somebody else's making stay as they are. */
    private volatile @Nullable ObjectNode present;

    /**
     * Creates one.
     *
     * @param mayUseCacerts whether a root that is not there yet is made in the Secret {@value #CACERTS}, marked as a
     *     controller's own; one that is there stays where it is
     */
    SecretStore(ApiServer server, String namespace, boolean mayUseCacerts) {
        this.server = server;
        this.namespace = namespace;
        this.mayUseCacerts = mayUseCacerts;
    }

    @Override
    public String name() {
        return "Secret " + namespace + "/" + name;
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public @Nullable Stored read() {
        Stored stored = readPresent();
        if (stored != null || !mayUseCacerts || name.equals(CACERTS)) {
            return stored;
        }
        name = CACERTS;
        stored = readPresent();
        if (stored != null && !stored.data().containsKey(GENERATED)) {
            throw new IssuerException(
                    name() + ": there, and not made by a controller (expected: mounted at ROOT_CA_DIR, or"
                            + " with the key " + GENERATED + ")");
        }
        return stored;
    }

    private @Nullable Stored readPresent() {
        try {
            JsonNode secret = server.get(path());
            present = secret instanceof ObjectNode object ? object : null;
            Map<String, String> data = new TreeMap<>();
            secret.path("data").properties().forEach(entry -> data.put(entry.getKey(), decoded(entry)));
            return new Stored(data, version(secret));
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                return null;
            }
            throw failed("read", e);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private String decoded(Map.Entry<String, JsonNode> entry) {
        try {
            return new String(Base64.getDecoder().decode(entry.getValue().asText("")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IssuerException(name() + ": " + entry.getKey() + " is not base64");
        }
    }

    @Override
    public @Nullable String write(Map<String, String> data, @Nullable String version) {
        ObjectNode known = present;
        ObjectNode secret = version == null || known == null ? fresh() : known.deepCopy();
        ObjectNode encoded = secret.putObject("data");
        if (name.equals(CACERTS)) {
            encoded.put(GENERATED, "");
        }
        new TreeMap<>(data)
                .forEach((key, text) ->
                        encoded.put(key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        try {
            if (version == null) {
                return version(server.create(SECRETS.in(namespace).path("v1"), secret));
            }
            secret.withObject("/metadata").put("resourceVersion", version);
            return version(server.replace(path(), secret));
        } catch (ApiException e) {
            if (e.code() == ApiException.CONFLICT || e.code() == ApiException.NOT_FOUND) {
                return null;
            }
            throw failed("write", e);
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    private ObjectNode fresh() {
        ObjectNode secret = JsonNodeFactory.instance.objectNode();
        secret.put("apiVersion", "v1").put("kind", "Secret").put("type", TYPE);
        secret.putObject("metadata").put("name", name).put("namespace", namespace);
        return secret;
    }

    private String path() {
        return SECRETS.object(namespace, name);
    }

    private static String version(JsonNode secret) {
        return secret.path("metadata").path("resourceVersion").asText("");
    }

    private IssuerException failed(String what, IOException e) {
        return new IssuerException(name() + ": cannot " + what + ": " + e.getMessage(), e);
    }
}
