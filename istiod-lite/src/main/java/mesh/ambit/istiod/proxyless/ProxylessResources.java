package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import mesh.ambit.model.Locality;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * Makes resources, each once for all clients that are told the same, and not again while nothing that it is made of has
 * changed. Thread-safe; what is returned depends on the arguments alone.
 */
public final class ProxylessResources {
    /** Resources that are kept; when there are more, all are made again as they are asked for. */
    private static final int MAX_KEPT = 20_000;

    private final Map<Key, Made> kept = new ConcurrentHashMap<>();

    /**
     * What a resource is asked for by.
     *
     * @param scope what of the client it depends on
     */
    private record Key(ResourceKind kind, String name, Object scope) {}

    private record Routing(String namespace, String domain, Map<String, String> labels) {}

    private record Placing(Routing routing, Place place) {}

    /** A resource, and the very objects that it was made of. */
    private record Made(Generated resource, List<@Nullable Object> sources) {
        @SuppressWarnings("ReferenceEquality") // The same object means that nothing in it has changed; that is enough.
        boolean isMadeOf(List<@Nullable Object> others) {
            if (sources.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < others.size(); i++) {
                if (sources.get(i) != others.get(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Returns the resource of that name, or null when there is none for this client. */
    public @Nullable Generated find(ProxylessMesh mesh, Viewer viewer, ResourceKind kind, String name) {
        return switch (kind) {
            case LISTENER -> listener(mesh, viewer, name);
            case ROUTE -> route(mesh, viewer, name);
            case CLUSTER -> cluster(mesh, viewer, name);
            case ENDPOINT -> endpoints(mesh, viewer, name);
        };
    }

    /**
     * Returns why there is no resource of that name for a server, which does not serve without it; null when that is to
     * be expected.
     */
    public @Nullable String unanswered(ProxylessMesh mesh, Viewer viewer, ResourceKind kind, String name) {
        if (kind != ResourceKind.LISTENER || !name.startsWith(ListenerName.SERVER_PREFIX)) {
            return null;
        }
        return ListenerName.parse(name) == null
                ? "the name does not end with an address and a port"
                : Identification.of(mesh, viewer).why();
    }

    /** Returns the names of all resources of a kind for a client that asks for everything. No servers' listeners. */
    public SortedSet<String> names(ProxylessMesh mesh, Viewer viewer, ResourceKind kind) {
        SortedSet<String> names = new TreeSet<>();
        mesh.mesh().services().forEach((_, service) -> {
            Service seen = mesh.service(service.hostname(), viewer.namespace());
            for (Port port : service.equals(seen) ? service.ports() : List.<Port>of()) {
                names.add(
                        kind == ResourceKind.LISTENER
                                ? service.hostname() + ":" + port.servicePort()
                                : new ClusterName(port.servicePort(), "", service.hostname()).toString());
            }
        });
        return Collections.unmodifiableSortedSet(names);
    }

    private @Nullable Generated listener(ProxylessMesh mesh, Viewer viewer, String name) {
        ListenerName parsed = ListenerName.parse(name);
        if (parsed == null) {
            return null;
        }
        if (parsed.server()) {
            return make(
                    ResourceKind.LISTENER, name, remarks -> ServerListeners.of(mesh, viewer, name, parsed, remarks));
        }
        return kept(
                new Key(ResourceKind.LISTENER, name, new Routing(viewer.namespace(), viewer.domain(), Map.of())),
                sources(mesh.mesh().services(), mesh.rules()),
                _ -> ClientListeners.of(mesh, viewer, name, parsed));
    }

    private @Nullable Generated route(ProxylessMesh mesh, Viewer viewer, String name) {
        ClusterName parsed = ClusterName.parse(name);
        Service service = service(mesh, viewer, parsed);
        return parsed == null || service == null
                ? make(ResourceKind.ROUTE, name, _ -> RouteConfigurations.none(name))
                : kept(
                        new Key(ResourceKind.ROUTE, name, routing(viewer)),
                        sources(mesh.mesh().services(), mesh.rules()),
                        remarks -> RouteConfigurations.of(mesh, viewer, name, service, parsed.port(), remarks));
    }

    private @Nullable Generated cluster(ProxylessMesh mesh, Viewer viewer, String name) {
        if (name.equals(ClusterName.NOWHERE)) {
            return make(ResourceKind.CLUSTER, name, _ -> Clusters.nowhere(name));
        }
        ClusterName parsed = ClusterName.parse(name);
        Service service = service(mesh, viewer, parsed);
        if (parsed == null || service == null) {
            return null;
        }
        Generated cluster = kept(
                new Key(ResourceKind.CLUSTER, name, routing(viewer)),
                sources(
                        mesh.mesh().services(),
                        mesh.rules(),
                        mesh.endpoints(service),
                        parsed.subset().isEmpty() ? null : mesh.labels()),
                remarks -> Clusters.of(
                        mesh,
                        name,
                        service,
                        parsed.port(),
                        mesh.rules().destination(viewer, service, parsed, remarks)));
        return parsed.subset().isEmpty()
                ? cluster
                : orNowhere(cluster, mesh.rules().destination(viewer, service, parsed, new Remarks()));
    }

    private static @Nullable Generated orNowhere(@Nullable Generated made, DestinationPolicy policy) {
        return made == null || policy.subset() != null ? made : made.leadingNowhere();
    }

    private @Nullable Generated endpoints(ProxylessMesh mesh, Viewer viewer, String name) {
        ClusterName parsed = ClusterName.parse(name);
        Service service = service(mesh, viewer, parsed);
        if (parsed == null || service == null) {
            Generated none = make(ResourceKind.ENDPOINT, name, _ -> Endpoints.none(name));
            return none == null ? null : none.leadingNowhere();
        }
        // What there is to say of the policy is said where the cluster is made.
        DestinationPolicy policy = mesh.rules().destination(viewer, service, parsed, new Remarks());
        Place here = Place.of(mesh, viewer);
        Nearness nearness = Nearness.of(service, policy);
        Place place = nearness.matters() ? here : new Place(here.network(), Locality.NONE, "", "");
        Generated endpoints = kept(
                new Key(ResourceKind.ENDPOINT, name, new Placing(routing(viewer), place)),
                sources(
                        service,
                        mesh.endpoints(service),
                        mesh.rules(),
                        parsed.subset().isEmpty() && !nearness.readsLabels() ? null : mesh.labels()),
                _ -> Endpoints.of(mesh, place, viewer.labels(), name, service, parsed.port(), policy));
        return orNowhere(endpoints, policy);
    }

    private static @Nullable Service service(ProxylessMesh mesh, Viewer viewer, @Nullable ClusterName name) {
        Service service = name == null ? null : mesh.service(name.host(), viewer.namespace());
        return service == null || name == null || !service.hasPort(name.port()) ? null : service;
    }

    private static Routing routing(Viewer viewer) {
        return new Routing(viewer.namespace(), viewer.domain(), viewer.labels());
    }

    @SuppressWarnings("NullAway") // A list of what may be null.
    private static List<@Nullable Object> sources(@Nullable Object... sources) {
        return Collections.unmodifiableList(Arrays.asList(sources));
    }

    private @Nullable Generated kept(
            Key key, List<@Nullable Object> sources, Function<Remarks, @Nullable Message> maker) {
        Made known = kept.get(key);
        if (known != null && known.isMadeOf(sources)) {
            return known.resource();
        }
        Generated made = make(key.kind(), key.name(), maker);
        // The same bytes stay the same object: who has them need not compare.
        Generated resource = known != null && made != null && made.equals(known.resource()) ? known.resource() : made;
        if (resource == null) {
            // A client may ask for whatever comes to its mind; what there is not is not remembered.
            kept.remove(key);
            return null;
        }
        if (kept.size() >= MAX_KEPT) {
            kept.clear();
        }
        kept.put(key, new Made(resource, sources));
        return resource;
    }

    private static @Nullable Generated make(
            ResourceKind kind, String name, Function<Remarks, @Nullable Message> maker) {
        Remarks remarks = new Remarks();
        Message message = maker.apply(remarks);
        return message == null ? null : Generated.of(kind, name, message, remarks);
    }

    /** Forgets everything; for when nobody asks any more. */
    public void clear() {
        kept.clear();
    }

    /** Returns what all clients of {@code mesh} have been told less of than the objects say, sorted. */
    public List<String> remarks() {
        SortedSet<String> remarks = new TreeSet<>();
        kept.values().forEach(made -> remarks.addAll(made.resource().remarks()));
        return new ArrayList<>(remarks);
    }
}
