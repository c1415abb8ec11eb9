package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
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
            "Deployment", ApiResource.of("apps", "v1", "deployments"),
            "HorizontalPodAutoscaler", ApiResource.of("autoscaling", "v2", "horizontalpodautoscalers"),
            "PodDisruptionBudget", ApiResource.of("policy", "v1", "poddisruptionbudgets"));

    /** What the server answers to an object that is not valid. */
    private static final Set<Integer> INVALID = Set.of(400, 422);

    /** What it says of fields that the kind has not, or not of this type: with status 500, as if that were its own fault. */
    private static final String MISTYPED = "failed to create typed patch object";

    private final ApiServer server;

    /** By gateway, then path: what was applied last and what came of it. */
    private final Map<String, Map<String, Applied>> applied = new HashMap<>();

    /** An object as we last asked for it, null where we asked for none, and which version of it there was then. */
    private record Applied(@Nullable ObjectNode object, String version) {}

    WaypointDeployer(ApiServer server) {
        this.server = server;
    }

    /**
     * Makes the objects of a gateway as they are to be, where they are not. Returns what is left as it
     * is, because it is somebody else's.
     *
     * @param wanted all of them
     * @param exists tells by its uid whether there is a gateway: what is one's is not made another's
     * @param rehearse whether users have changed what they are, so that the server may refuse one of them: it is asked
     *     for each before the first is applied
     * @throws ParametersException if the server would refuse one of them; then all stay as they are
     */
    Deployed deploy(String key, JsonNode gateway, List<ObjectNode> wanted, boolean rehearse, Predicate<String> exists)
            throws IOException, ParametersException {
        List<String> left = new ArrayList<>();
        List<String> taken = new ArrayList<>();
        Map<String, Applied> former = applied.computeIfAbsent(key, _ -> new HashMap<>());
        Set<String> kinds = new HashSet<>();
        Map<String, ObjectNode> due = new LinkedHashMap<>();
        for (ObjectNode object : wanted) {
            kinds.add(object.path("kind").asText());
            String path = path(object);
            JsonNode present = server.find(path);
            String owner = present == null ? null : otherOwner(present, gateway, exists);
            if (present != null && owner != null) {
                if (isOurs(present) && isAccount(object)) {
                    // Gateways may share one, and it is as good for each of them whosever it is.
                    continue;
                }
                (isOurs(present) ? taken : left)
                        .add(object.path("kind").asText() + " "
                                + object.path("metadata").path("name").asText("") + " is " + owner);
                if (former.put(path, new Applied(object, "foreign")) == null) {
                    LOG.warn("{}: {}, left as it is; waypoint {} is not deployed by us", path, owner, key);
                }
            } else if (isDue(present, object, former.get(path))) {
                due.put(path, object);
            }
        }
        if (rehearse) {
            for (Map.Entry<String, ObjectNode> each : due.entrySet()) {
                accepted(() -> server.rehearse(each.getKey(), MANAGER, each.getValue()));
            }
        }
        for (Map.Entry<String, ObjectNode> each : due.entrySet()) {
            JsonNode result = accepted(() -> server.apply(each.getKey(), MANAGER, each.getValue()));
            former.put(each.getKey(), new Applied(each.getValue(), version(result)));
            LOG.info("{}: applied for waypoint {}", each.getKey(), key);
        }
        for (String kind : Overlay.ON_REQUEST) {
            if (!kinds.contains(kind)) {
                remove(path(kind, gateway.path("metadata"), WaypointObjects.name(gateway)), gateway, former);
            }
        }
        return new Deployed(null, left, taken);
    }

    private static boolean isAccount(JsonNode object) {
        return object.path("kind").asText().equals("ServiceAccount");
    }

    /** Returns whose an object is, if not a gateway's of this name; null where it is, or nobody's any more. */
    private static @Nullable String otherOwner(JsonNode present, JsonNode gateway, Predicate<String> exists) {
        if (!isOurs(present)) {
            return "somebody else's";
        }
        String uid = gateway.path("metadata").path("uid").asText("");
        String owner = null;
        for (JsonNode each : present.path("metadata").path("ownerReferences")) {
            String of = each.path("uid").asText("");
            if (of.equals(uid)) {
                return null;
            }
            if (each.path("kind").asText("").equals("Gateway") && exists.test(of)) {
                owner = "of Gateway " + each.path("name").asText("");
            }
        }
        return owner;
    }

    /** Returns whether the object is not as it is to be. */
    private static boolean isDue(@Nullable JsonNode present, ObjectNode object, @Nullable Applied last) {
        return present == null
                || last == null
                || !object.equals(last.object())
                || !last.version().equals(version(present));
    }

    /** A request that brings an object. */
    private interface Sent {
        JsonNode send() throws IOException;
    }

    private static JsonNode accepted(Sent request) throws IOException, ParametersException {
        try {
            return request.send();
        } catch (ApiException e) {
            if (isInvalid(e)) {
                throw new ParametersException("the API server refuses what they make: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private static boolean isInvalid(ApiException e) {
        String message = e.getMessage();
        return INVALID.contains(e.code()) || (message != null && message.contains(MISTYPED));
    }

    /** Removes what is not asked for any more, if it is this gateway's. Looked for once, not at each change. */
    private void remove(String path, JsonNode gateway, Map<String, Applied> former) throws IOException {
        Applied last = former.get(path);
        if (last != null && last.object() == null) {
            return;
        }
        JsonNode present = server.find(path);
        String uid = gateway.path("metadata").path("uid").asText("");
        if (present != null
                && isOurs(present)
                && present.path("metadata")
                        .path("ownerReferences")
                        .findValuesAsText("uid")
                        .contains(uid)) {
            server.delete(path);
            LOG.info("{}: removed, nobody asks for it any more", path);
        }
        former.put(path, new Applied(null, ""));
    }

    private static String path(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return path(
                object.path("kind").asText(), metadata, metadata.path("name").asText(""));
    }

    private static String path(String kind, JsonNode metadata, String name) {
        ApiResource resource = RESOURCES.get(kind);
        if (resource == null) {
            throw new IllegalStateException("no path for a " + kind);
        }
        return resource.object(metadata.path("namespace").asText(""), name);
    }

    /** A gateway is gone; what it owned the cluster removes. */
    void forget(String key) {
        applied.remove(key);
    }

    private static boolean isOurs(JsonNode present) {
        return present.path("metadata").path("labels").has(WaypointObjects.MANAGED);
    }

    /** Returns what changes when somebody changes the object, and not when its status does, where the server tells. */
    private static String version(JsonNode object) {
        JsonNode generation = object.path("metadata").path("generation");
        return generation.isMissingNode() ? Codec.TREE.version(object) : generation.asText();
    }
}
