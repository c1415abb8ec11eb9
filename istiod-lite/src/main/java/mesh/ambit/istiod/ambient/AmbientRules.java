package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.istiod.derive.Rule;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.ConfigMap;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.GatewayClass;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.MeshConfig;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.Node;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * How everything that clients are told follows from objects: the steps between, each shared by those who read it. The
 * last steps, one for each object that adds something to the mesh, are {@link Outputs}.
 */
final class AmbientRules {
    private final MeshSettings started;

    final Rule<String, Mesh> mesh = rule("mesh", (reader, _) -> effectiveMesh(reader));
    final Rule<String, String> network = Rule.of("network", this::networkOf);
    final Rule<String, MeshReader.Home> home = Rule.of("home", this::homeOf);
    final Rule<ObjectKey, Boolean> discovered = rule("discovered", AmbientRules::isDiscovered);
    final Rule<ObjectKey, Traits> traits = rule("traits", (reader, key) -> {
        Namespace namespace = reader.namespace(key.name());
        return namespace == null ? Traits.NONE : Traits.of(namespace);
    });
    final Rule<ObjectKey, Locality> locality = rule("locality", AmbientRules::localityOf);
    final Rule<String, EntryVisibility> visibility =
            rule("visibility", (reader, name) -> reader.mesh().visibility(reader.namespaceLabels(name)));
    final Rule<ObjectKey, Waypoint> waypoint = rule("waypoint", AmbientRules::waypointOf);
    final Rule<ObjectKey, List<String>> waypointAccounts = rule("waypoint accounts", AmbientRules::accountsOf);
    final Rule<ObjectKey, ObjectKey> boundTo = rule("binding", AmbientRules::boundTo);
    final Rule<String, List<NetworkGateway>> gateways = rule("network gateways", NetworkGateway::to);
    final Rule<ObjectKey, HostOwners.Claim> claim = rule("claim", AmbientRules::claimOf);
    final Rule<String, HostOwners> owners = Rule.of("owners", this::ownersOf);
    final Rule<ObjectKey, Member> member = rule("member", this::memberOf);
    final Rule<ObjectKey, mesh.ambit.model.Service> shared = rule("shared service", AmbientRules::sharedBy);
    final Rule<Selection.Of, Selection> selection = Rule.of("selection", this::select);
    final Rule<String, PeerAuthenticationConversion> peers = rule("peer authentications", AmbientRules::peersOf);
    final Rule<ObjectKey, Policy> policy = rule("policy", AmbientRules::converted);

    AmbientRules(MeshSettings started) {
        this.started = started;
    }

    /** What a rule does, in the words of the mesh. */
    interface Reading<K, V> {
        @Nullable
        V apply(MeshReader reader, K key);
    }

    /** What is asked of an object is read in the object's cluster, everything else in our own. */
    private <K, V> Rule<K, V> rule(String name, Reading<K, V> function) {
        return Rule.of(name, (view, key) -> {
            String cluster = key instanceof ObjectKey object ? object.cluster() : "";
            return function.apply(new MeshReader(view, this, cluster), key);
        });
    }

    /** Returns the name under which clients know a Service. */
    static String hostname(ObjectKey service, String domainSuffix) {
        return service.name() + "." + service.namespace() + ".svc." + domainSuffix;
    }

    private Mesh effectiveMesh(MeshReader reader) {
        List<ObjectKey> keys = started.configMaps();
        List<String> texts = new ArrayList<>();
        for (ObjectKey key : keys) {
            if (reader.object(key) instanceof ConfigMap map) {
                texts.add(map.data().getOrDefault("mesh", ""));
            }
        }
        MeshConfig.Parsed parsed = MeshConfig.parse(texts, "");
        String warning = parsed.problems().isEmpty()
                ? null
                : keys.getLast() + ": key mesh is read only in part: "
                        + parsed.problems().getFirst().message();
        return Mesh.of(started, parsed.config(), warning);
    }

    private String networkOf(View view, String cluster) {
        return new MeshReader(view, this, cluster)
                .namespaceLabels(started.systemNamespace())
                .getOrDefault(Labels.NETWORK, "");
    }

    private MeshReader.Home homeOf(View view, String cluster) {
        MeshReader reader = new MeshReader(view, this, cluster);
        String network = reader.network();
        return new MeshReader.Home(
                reader.mesh(),
                cluster.isEmpty() ? started.clusterId() : cluster,
                network,
                reader.gatewayOf(network),
                !network.equals(new MeshReader(view, this).network()));
    }

    private static boolean isDiscovered(MeshReader reader, ObjectKey key) {
        Namespace namespace = reader.namespace(key.name());
        return reader.mesh().config().discoverySelectors().isEmpty()
                || (namespace != null
                        && reader.mesh().discovers(namespace.metadata().labels()));
    }

    private static Locality localityOf(MeshReader reader, ObjectKey key) {
        KubeObject node = reader.object(key);
        if (!(node instanceof Node)) {
            return Locality.NONE;
        }
        Map<String, String> labels = node.metadata().labels();
        return new Locality(
                labels.getOrDefault(Labels.REGION, ""),
                labels.getOrDefault(Labels.ZONE, ""),
                labels.getOrDefault(Labels.SUBZONE, ""));
    }

    private static @Nullable Waypoint waypointOf(MeshReader reader, ObjectKey key) {
        Gateway gateway = reader.visible(Gateway.class, key);
        if (gateway == null) {
            return null;
        }
        KubeObject gatewayClass = reader.object(new ObjectKey(Kind.GATEWAY_CLASS, "", gateway.gatewayClassName()));
        return Waypoint.of(key, gateway, gatewayClass instanceof GatewayClass known ? known : null, reader.network());
    }

    private static List<String> accountsOf(MeshReader reader, ObjectKey key) {
        if (reader.waypoint(key) == null) {
            return List.of();
        }
        List<String> accounts = new ArrayList<>();
        for (ObjectKey instance : reader.keys(Facts.INSTANCES, key)) {
            Pod pod = reader.visible(Pod.class, instance);
            if (pod != null) {
                accounts.add(pod.serviceAccountName());
            }
        }
        accounts.sort(null);
        return accounts;
    }

    private static @Nullable ObjectKey boundTo(MeshReader reader, ObjectKey key) {
        KubeObject object = reader.visible(KubeObject.class, key);
        if (object == null) {
            return null;
        }
        EntryVisibility visibility =
                key.kind() == Kind.SERVICE_ENTRY ? reader.visibility(key.namespace()) : EntryVisibility.PUBLIC;
        Waypoint waypoint =
                Bindings.ofService(reader, object.metadata(), visibility).waypoint();
        return waypoint == null ? null : waypoint.key();
    }

    /** Returns the claim of an object on its host names, or null when clients are not told of it anyway. */
    private static HostOwners.@Nullable Claim claimOf(MeshReader reader, ObjectKey key) {
        return switch (reader.visible(KubeObject.class, key)) {
            case Service service
            when ServiceResources.isUsable(service) ->
                new HostOwners.Claim(key, service.metadata().creationTimestamp(), true);
            case ServiceEntry entry
            when ServiceEntryResources.isUsable(entry) -> {
                EntryVisibility visibility = reader.visibility(key.namespace());
                yield visibility == EntryVisibility.NONE
                        ? null
                        : new HostOwners.Claim(
                                key, entry.metadata().creationTimestamp(), visibility == EntryVisibility.PUBLIC);
            }
            case null, default -> null;
        };
    }

    private HostOwners ownersOf(View view, String host) {
        List<HostOwners.Claim> claims = new ArrayList<>();
        for (ObjectKey key : new MeshReader(view, this).keys(Facts.CLAIMING, host)) {
            HostOwners.Claim each = view.get(claim, key);
            if (each != null) {
                claims.add(each);
            }
        }
        return HostOwners.among(claims);
    }

    private @Nullable Member memberOf(MeshReader reader, ObjectKey key) {
        return switch (reader.visible(KubeObject.class, key)) {
            case Service service
            when ServiceResources.isUsable(service)
                    && (key.isOwn() || ServiceResources.isGlobal(service.metadata(), reader)) ->
                new Member(
                        key,
                        List.of(new NamespacedHostname(key.namespace(), hostname(key, started.domainSuffix()))),
                        ServicePorts.of(service),
                        RequiredWaypoints.insists(service.metadata()));
            case ServiceEntry entry
            when ServiceEntryResources.isUsable(entry) -> {
                List<NamespacedHostname> hosts = new ArrayList<>();
                for (String host : new LinkedHashSet<>(entry.hosts())) {
                    HostOwners owners = reader.owners(host);
                    if (owners != null && key.equals(owners.byNamespace().get(key.namespace()))) {
                        hosts.add(new NamespacedHostname(key.namespace(), host));
                    }
                }
                yield hosts.isEmpty()
                        ? null
                        : new Member(key, hosts, ServicePorts.of(entry), RequiredWaypoints.insists(entry.metadata()));
            }
            case null, default -> null;
        };
    }

    /** Returns a Service of another cluster as it is shared with this one; null for one that is not shared, or not usable. */
    private static mesh.ambit.model.@Nullable Service sharedBy(MeshReader reader, ObjectKey key) {
        Service service = reader.visible(Service.class, key);
        return service == null || reader.member(key) == null
                ? null
                : ServiceResources.service(service, key, reader).build();
    }

    private Selection select(View view, Selection.Of of) {
        MeshReader reader = new MeshReader(view, this, of.cluster());
        String root = reader.mesh().settings().rootNamespace();
        Set<ObjectKey> members = new TreeSet<>();
        List<AuthorizationPolicy> policies = new ArrayList<>();
        Set<String> namespaces = new TreeSet<>(List.of(root));
        namespaces.add(of.namespace());
        of.labels().forEach((key, value) -> {
            for (ObjectKey member :
                    reader.keys(Facts.SELECTING, new SelectorTerm(of.cluster(), of.namespace(), key, value))) {
                if (selects(reader, member, of.labels())) {
                    members.add(member);
                }
            }
            for (String namespace : namespaces) {
                for (ObjectKey each : reader.keys(Facts.POLICIES, new SelectorTerm("", namespace, key, value))) {
                    AuthorizationPolicy object = reader.visible(AuthorizationPolicy.class, each);
                    if (object != null && view.get(policy, each) != null) {
                        policies.add(object);
                    }
                }
            }
        });
        PeerAuthenticationConversion conversion = view.get(peers, of.namespace());
        if (conversion == null) {
            throw new AssertionError("the rule always returns one");
        }
        return new Selection(
                List.copyOf(members), new PolicyAttachment(policies, conversion, root).of(of.namespace(), of.labels()));
    }

    private static boolean selects(MeshReader reader, ObjectKey key, Map<String, String> labels) {
        return switch (reader.visible(KubeObject.class, key)) {
            case Service service -> Labels.selects(service.selector(), labels);
            case ServiceEntry entry ->
                entry.workloadSelector() != null
                        && Labels.selects(entry.workloadSelector().matchLabels(), labels);
            case null, default -> false;
        };
    }

    /** Returns what the PeerAuthentications of a namespace come to, with those of the root namespace. */
    private static PeerAuthenticationConversion peersOf(MeshReader reader, String namespace) {
        String root = reader.mesh().settings().rootNamespace();
        Set<ObjectKey> keys = new TreeSet<>(reader.keys(Facts.PEERS, namespace));
        keys.addAll(reader.keys(Facts.PEERS, root));
        List<PeerAuthentication> visible = new ArrayList<>();
        for (ObjectKey key : keys) {
            PeerAuthentication object = reader.visible(PeerAuthentication.class, key);
            if (object != null) {
                visible.add(object);
            }
        }
        return new PeerAuthenticationConversion(new PeerAuthentications(visible, root), root);
    }

    private static @Nullable Policy converted(MeshReader reader, ObjectKey key) {
        AuthorizationPolicy object = reader.visible(AuthorizationPolicy.class, key);
        return object == null ? null : new AuthorizationConversion(reader.mesh().settings()).convert(object);
    }
}
