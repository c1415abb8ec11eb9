package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;

/**
 * Sets of further listeners that ask to be of a gateway. Those that ask it of a gateway of ours are told that its class
 * takes none, as by the reference; all others belong to somebody else.
 */
final class ListenerSets implements AutoCloseable {
    private static final String GROUP = "gateway.networking.k8s.io";
    private static final ApiResource SETS = new ApiResource(GROUP, List.of("v1"), "listenersets", "", "", "", false);
    private static final String NOT_ALLOWED = "NotAllowed";

    private final ApiServer server;
    private final Followed sets;

    /**
     * Begins to follow them.
     *
     * @param changed told the {@code namespace/name} of what came, changed or went
     */
    ListenerSets(ApiServer server, Consumer<String> changed, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.sets = new Followed(server, SETS, changed, clock, random);
    }

    /** Returns those that ask to be of a gateway, {@code namespace/name}. */
    Set<String> of(String gateway) {
        return sets.objects().entrySet().stream()
                .filter(entry -> gateway.equals(parent(entry.getValue())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Returns the gateway that a set asks to be of, {@code namespace/name}; null if there is none or no such set. */
    @Nullable
    String parent(String key) {
        JsonNode set = sets.find(key);
        return set == null ? null : parent(set);
    }

    private static @Nullable String parent(JsonNode set) {
        JsonNode parent = set.path("spec").path("parentRef");
        boolean gateway = parent.path("group").asText(GROUP).equals(GROUP)
                && parent.path("kind").asText("Gateway").equals("Gateway");
        String namespace = parent.path("namespace")
                .asText(set.path("metadata").path("namespace").asText(""));
        return gateway ? namespace + "/" + parent.path("name").asText("") : null;
    }

    /** Tells a set that gateways of this class take none. */
    void refuse(String key, String gatewayClass, InstantSource clock) throws IOException {
        JsonNode set = sets.find(key);
        if (set == null) {
            return;
        }
        JsonNode metadata = set.path("metadata");
        ObjectNode status = StatusPatch.copy(set);
        status.remove("listeners");
        String message = "gateways of class " + gatewayClass + " take no sets of listeners: name the listeners in the"
                + " Gateway itself";
        Conditions conditions =
                new Conditions(status, metadata.path("generation").asLong(), clock.instant());
        conditions.set("Accepted", false, NOT_ALLOWED, message);
        conditions.set("Programmed", false, NOT_ALLOWED, message);
        String path = sets.path(
                metadata.path("namespace").asText(""), metadata.path("name").asText(""));
        StatusPatch.write(server, path, set, status);
    }

    @Override
    public void close() {
        sets.close();
    }
}
