package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.kube.ApiNames;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ParentRef;
import mesh.ambit.kube.Reading;
import mesh.ambit.kube.Route;
import mesh.ambit.kube.RouteAttachment;
import org.jspecify.annotations.Nullable;

/**
 * How many routes the listeners of gateways between networks have. Those listeners that such a gateway may have take
 * TLSRoutes and nothing else.
 */
final class AttachedRoutes implements AutoCloseable {
    private static final String REVISION = "istio.io/rev";

    private final String revision;
    private final @Nullable Followed routes;
    private final @Nullable Followed namespaces;

    /**
     * Begins to follow routes, and who may attach them where; nothing at all where no such gateway is looked after.
     *
     * @param revision of the routes that count, if it is not empty; those that name none do too
     * @param changed told that routes, or what decides of them, changed
     */
    AttachedRoutes(
            ApiServer server,
            GatewayClasses known,
            String revision,
            Runnable changed,
            InstantSource clock,
            RandomGenerator random) {
        this.revision = revision;
        boolean followed = known.severalNetworks();
        this.routes =
                followed ? new Followed(server, resource(Kind.TLS_ROUTE), _ -> changed.run(), clock, random) : null;
        this.namespaces = followed
                ? new Followed(server, resource(Kind.NAMESPACE).metadata(), _ -> changed.run(), clock, random)
                : null;
    }

    private static ApiResource resource(Kind kind) {
        return new ApiResource(ApiNames.group(kind), ApiNames.versions(kind), ApiNames.plural(kind), "", "", "", false);
    }

    /**
     * Notes in the status of a gateway between networks how many routes each of its listeners has. Waits until it is known
     * which routes there are.
     *
     * @param controller of its class
     */
    void count(JsonNode object, String controller, ObjectNode status) throws InterruptedException {
        if (routes == null || namespaces == null || !controller.equals(GatewayClasses.EAST_WEST_CONTROLLER)) {
            return;
        }
        routes.await();
        namespaces.await();
        Map<String, Integer> counts = of(object, revision, routes, namespaces);
        for (JsonNode listener : status.path("listeners")) {
            if (listener instanceof ObjectNode entry) {
                entry.put(
                        "attachedRoutes", counts.getOrDefault(entry.path("name").asText(""), 0));
            }
        }
    }

    private static Map<String, Integer> of(JsonNode object, String revision, Followed routes, Followed namespaces) {
        Map<String, Integer> counts = new HashMap<>();
        if (read(object, Kind.GATEWAY) instanceof Gateway gateway) {
            for (JsonNode each : routes.objects().values()) {
                if (read(each, Kind.TLS_ROUTE) instanceof Route route && isOurs(route, revision)) {
                    listeners(gateway, route, namespaces).forEach(name -> counts.merge(name, 1, Integer::sum));
                }
            }
        }
        return counts;
    }

    private static boolean isOurs(Route route, String revision) {
        return revision.isEmpty() || revision.equals(route.metadata().labels().getOrDefault(REVISION, revision));
    }

    private static SortedSet<String> listeners(Gateway gateway, Route route, Followed namespaces) {
        SortedSet<String> listeners = new TreeSet<>();
        for (ParentRef ref : route.parents()) {
            boolean meant = ref.group().equals(ApiNames.group(Kind.GATEWAY))
                    && ref.kind().equals(Kind.GATEWAY.text())
                    && ref.name().equals(gateway.metadata().name())
                    && ref.namespaceOr(route.metadata().namespace())
                            .equals(gateway.metadata().namespace());
            RouteAttachment attachment =
                    meant ? RouteAttachment.of(gateway, route, ref, labels(route, namespaces)) : null;
            if (attachment != null) {
                listeners.addAll(attachment.listeners());
            }
        }
        return listeners;
    }

    private static @Nullable Map<String, String> labels(Route route, Followed namespaces) {
        JsonNode namespace = namespaces.find(route.metadata().namespace());
        if (namespace == null) {
            return null;
        }
        Map<String, String> labels = new HashMap<>();
        namespace
                .path("metadata")
                .path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    /** Lists leave out what their items are. */
    private static @Nullable KubeObject read(JsonNode object, Kind kind) {
        ObjectNode whole = ApiServer.object(
                ApiNames.group(kind) + "/" + ApiNames.versions(kind).getFirst(), kind.text(), "");
        whole.set("metadata", object.get("metadata"));
        whole.set("spec", object.get("spec"));
        return KubeYaml.parse(whole.toString(), "", Reading.AS_STORED).objects().stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        if (routes != null) {
            routes.close();
        }
        if (namespaces != null) {
            namespaces.close();
        }
    }
}
