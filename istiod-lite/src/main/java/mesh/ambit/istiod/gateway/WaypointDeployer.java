package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the objects of waypoints. An object of the same name that somebody else made is left alone. Used by one thread.
 */
final class WaypointDeployer {
    private static final Logger LOG = LoggerFactory.getLogger(WaypointDeployer.class);

    /** The reference's name for who applies these, so that a mesh may change from one controller to the other. */
    private static final String MANAGER = "istio.io/gateway-controller";

    private static final Map<String, ApiResource> RESOURCES = Map.of(
            "ServiceAccount", ApiResource.of("", "v1", "serviceaccounts"),
            "Service", ApiResource.of("", "v1", "services"),
            "Deployment", ApiResource.of("apps", "v1", "deployments"));

    private final ApiServer server;
    private final WaypointObjects objects;

    /** By gateway, then path: what was applied last and what came of it. */
    private final Map<String, Map<String, Applied>> applied = new HashMap<>();

    private record Applied(ObjectNode object, String version) {}

    WaypointDeployer(ApiServer server, WaypointObjects objects) {
        this.server = server;
        this.objects = objects;
    }

    /** Makes the objects of a gateway as they are to be, where they are not. */
    void deploy(String key, JsonNode gateway) throws IOException {
        Map<String, Applied> former = applied.computeIfAbsent(key, _ -> new HashMap<>());
        for (ObjectNode object : objects.of(gateway)) {
            ApiResource resource = RESOURCES.get(object.path("kind").asText());
            if (resource == null) {
                throw new IllegalStateException(
                        "no path for a " + object.path("kind").asText());
            }
            String path = resource.object(
                    object.path("metadata").path("namespace").asText(""),
                    object.path("metadata").path("name").asText(""));
            JsonNode present = find(path);
            if (present != null && !isOurs(present)) {
                if (former.put(path, new Applied(object, "foreign")) == null) {
                    LOG.warn("{}: somebody else's, left as it is; waypoint {} is not deployed by us", path, key);
                }
                continue;
            }
            Applied last = former.get(path);
            if (present == null
                    || last == null
                    || !last.object().equals(object)
                    || !last.version().equals(version(present))) {
                JsonNode result = server.apply(path, MANAGER, object);
                former.put(path, new Applied(object, version(result)));
                LOG.info("{}: applied for waypoint {}", path, key);
            }
        }
    }

    /** A gateway is gone; what it owned the cluster removes. */
    void forget(String key) {
        applied.remove(key);
    }

    private static boolean isOurs(JsonNode present) {
        return present.path("metadata")
                .path("labels")
                .path(WaypointObjects.MANAGED)
                .asText("")
                .equals(WaypointObjects.MANAGED_VALUE);
    }

    private @Nullable JsonNode find(String path) throws IOException {
        try {
            return server.get(path);
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Returns what changes when somebody changes the object, and not when its status does, where the server tells. */
    private static String version(JsonNode object) {
        JsonNode generation = object.path("metadata").path("generation");
        return generation.isMissingNode() ? Codec.TREE.version(object) : generation.asText();
    }
}
