package mesh.ambit.istiod.proxyless;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.DestinationRule;
import mesh.ambit.kube.GrpcRoute;
import mesh.ambit.kube.HttpRoute;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ParentRef;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Route;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.VirtualService;
import mesh.ambit.model.NamespacedHostname;
import org.jspecify.annotations.Nullable;

/**
 * The objects that say how clients and servers behave, under what they are looked up by. Immutable; made anew when one of
 * them changes, which is seldom.
 */
public final class Rules {
    /** The oldest first. Objects without a time count as equally old, and as older than all others. */
    static final Comparator<KubeObject> BY_AGE = Comparator.<KubeObject, Instant>comparing(
            object -> object.metadata().creationTimestamp(), Comparator.nullsFirst(Comparator.naturalOrder()));

    /** The same, and among equally old ones by namespace and name. */
    static final Comparator<KubeObject> OLDEST_FIRST = BY_AGE.thenComparing(
                    object -> object.metadata().namespace())
            .thenComparing(object -> object.metadata().name());

    /** Nothing is said. */
    static final Rules NONE = of(List.of(), MeshSettings.DEFAULT);

    private static final String REVISION = "istio.io/rev";
    private static final String EXPORT_TO = "networking.istio.io/exportTo";
    private static final String EVERYWHERE = "*";
    private static final String HERE = ".";

    private final String rootNamespace;
    private final String domainSuffix;
    private final Destinations destinations;
    private final List<VirtualService> virtualServices = new ArrayList<>();

    /** Routes of the Gateway API by the service that they ask to be attached to. */
    private final Map<NamespacedHostname, List<Attached>> attached = new HashMap<>();

    private final Map<String, List<AuthorizationPolicy>> authorization = new HashMap<>();
    private final List<PeerAuthentication> peers = new ArrayList<>();

    /** Services that are not for everybody, and for whom they are. */
    private final Map<Owned, Set<String>> exports = new HashMap<>();

    private Rules(MeshSettings settings, Destinations destinations) {
        this.rootNamespace = settings.rootNamespace();
        this.domainSuffix = settings.domainSuffix();
        this.destinations = destinations;
    }

    /**
     * A route as far as it is about one service.
     *
     * @param port null for all of them
     */
    record Attached(Route route, @Nullable Integer port) {}

    /** A host as an object of that name declares it. */
    private record Owned(NamespacedHostname host, String name) {}

    /** Returns whether {@code object} says something. Most services do not: who sees them is no matter of theirs. */
    static boolean concern(KubeObject object) {
        return switch (object) {
            case AuthorizationPolicy _,
                    PeerAuthentication _,
                    HttpRoute _,
                    GrpcRoute _,
                    VirtualService _,
                    DestinationRule _,
                    ServiceEntry _ -> true;
            case mesh.ambit.kube.Service service ->
                service.metadata().annotations().containsKey(EXPORT_TO);
            default -> false;
        };
    }

    static Rules of(Collection<KubeObject> objects, MeshSettings settings) {
        List<KubeObject> ours = objects.stream()
                .filter(object -> isOurs(object, settings))
                .sorted(OLDEST_FIRST)
                .toList();
        List<DestinationRule> destinations = new ArrayList<>();
        Map<ObjectKey, ServiceEntry> entries = new HashMap<>();
        for (KubeObject object : ours) {
            if (object instanceof DestinationRule rule) {
                destinations.add(rule);
            } else if (object instanceof ServiceEntry entry) {
                entries.put(entry.key(), entry);
            }
        }
        Rules rules =
                new Rules(settings, new Destinations(destinations, settings.rootNamespace(), settings.domainSuffix()));
        for (KubeObject object : ours) {
            String namespace = object.metadata().namespace();
            switch (object) {
                case AuthorizationPolicy policy ->
                    rules.authorization
                            .computeIfAbsent(namespace, _ -> new ArrayList<>())
                            .add(policy);
                case PeerAuthentication peer -> rules.peers.add(peer);
                case VirtualService service -> rules.virtualServices.add(service);
                case HttpRoute route -> rules.attach(route, entries);
                case GrpcRoute route -> rules.attach(route, entries);
                case mesh.ambit.kube.Service service -> rules.export(service);
                case ServiceEntry entry -> rules.export(entry);
                default -> {}
            }
        }
        Delegates delegates = new Delegates(rules.virtualServices, settings.domainSuffix());
        rules.virtualServices.replaceAll(delegates::resolved);
        return rules;
    }

    private void attach(Route route, Map<ObjectKey, ServiceEntry> entries) {
        for (ParentRef parent : route.parents()) {
            String namespace = parent.namespaceOr(route.metadata().namespace());
            List<String> hosts = switch (parent.kind()) {
                case "Service" ->
                    parent.group().isEmpty() || parent.group().equals("core")
                            ? List.of(Hosts.full(parent.name(), namespace, domainSuffix))
                            : List.of();
                case "ServiceEntry" -> {
                    ServiceEntry entry = entries.get(new ObjectKey(Kind.SERVICE_ENTRY, namespace, parent.name()));
                    yield entry == null ? List.of() : entry.hosts();
                }
                default -> List.of();
            };
            for (String host : hosts) {
                attached.computeIfAbsent(new NamespacedHostname(namespace, host), _ -> new ArrayList<>())
                        .add(new Attached(route, parent.port()));
            }
        }
    }

    /** Returns whether {@code object} is for controllers of our revision. */
    private static boolean isOurs(KubeObject object, MeshSettings settings) {
        String ours = settings.revision();
        return ours.isEmpty()
                || object.kind() == Kind.SERVICE
                || ours.equals(object.metadata().labels().getOrDefault(REVISION, ours));
    }

    private void export(ServiceEntry entry) {
        for (String host : entry.hosts()) {
            exports.put(
                    new Owned(
                            new NamespacedHostname(entry.metadata().namespace(), host),
                            entry.metadata().name()),
                    Set.copyOf(entry.exportTo()));
        }
    }

    private void export(mesh.ambit.kube.Service service) {
        String text = service.metadata().annotations().get(EXPORT_TO);
        if (text == null) {
            return;
        }
        Set<String> namespaces = new HashSet<>();
        for (String namespace : text.split(",", -1)) {
            namespaces.add(namespace.strip());
        }
        String namespace = service.metadata().namespace();
        String host = service.metadata().name() + "." + namespace + ".svc." + domainSuffix;
        exports.put(
                new Owned(
                        new NamespacedHostname(namespace, host),
                        service.metadata().name()),
                namespaces);
    }

    /** Returns whether clients in {@code viewer} may see {@code service}, as far as its annotation says. */
    boolean isExported(mesh.ambit.model.Service service, String viewer) {
        Set<String> to = exports.get(new Owned(service.key(), service.name()));
        return to == null || isExported(to, service.namespace(), viewer);
    }

    /** Returns whether what is in namespace {@code home} and exported to {@code to} counts in {@code viewer}. */
    static boolean isExported(Collection<String> to, String home, String viewer) {
        return to.isEmpty()
                || to.contains(EVERYWHERE)
                || to.contains(viewer)
                || (to.contains(HERE) && home.equals(viewer));
    }

    /** Returns how clients treat a cluster of {@code service}. */
    DestinationPolicy destination(Viewer viewer, mesh.ambit.model.Service service, ClusterName name, Remarks remarks) {
        return destinations.policy(viewer, service, name, remarks);
    }

    /** Returns the routes that ask to be attached to {@code service}, the oldest first. */
    List<Attached> attached(mesh.ambit.model.Service service) {
        return attached.getOrDefault(service.key(), List.of());
    }

    /** Returns what routes hosts otherwise, with the rules of their delegates in place, the oldest first. */
    List<VirtualService> virtualServices() {
        return virtualServices;
    }

    String domainSuffix() {
        return domainSuffix;
    }

    /** Returns the policies that may be about workloads of {@code namespace}, those of the whole mesh last. */
    List<AuthorizationPolicy> authorization(String namespace) {
        List<AuthorizationPolicy> policies = new ArrayList<>(authorization.getOrDefault(namespace, List.of()));
        if (!namespace.equals(rootNamespace)) {
            policies.addAll(authorization.getOrDefault(rootNamespace, List.of()));
        }
        return policies;
    }

    /** Returns what is said about mutual TLS, the oldest first. */
    List<PeerAuthentication> peers() {
        return peers;
    }

    String rootNamespace() {
        return rootNamespace;
    }
}
