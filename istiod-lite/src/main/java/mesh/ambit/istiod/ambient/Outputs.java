package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.derive.Rule;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/** The last rules: what each object adds to the mesh. */
final class Outputs {
    /** Kinds of which each object may add something by itself. */
    private static final Set<Kind> KINDS = Set.of(
            Kind.POD,
            Kind.SERVICE,
            Kind.ENDPOINT_SLICE,
            Kind.SERVICE_ENTRY,
            Kind.WORKLOAD_ENTRY,
            Kind.GATEWAY,
            Kind.AUTHORIZATION_POLICY);

    private final AmbientRules rules;

    /** What one object adds; null when there is no such object, or it is not looked at. */
    final Rule<ObjectKey, Output> ofObject;

    /** What the PeerAuthentications of a namespace add; under the empty name what they add together. */
    final Rule<String, Output> ofPeers;

    /** What is wrong with the settings of the mesh. */
    final Rule<String, Output> ofMesh;

    Outputs(AmbientRules rules) {
        this.rules = rules;
        this.ofObject = Rule.of("output", this::object);
        this.ofPeers = Rule.of("output of peer authentications", this::peers);
        this.ofMesh = Rule.of("output of the mesh", this::mesh);
    }

    static boolean has(Kind kind) {
        return KINDS.contains(kind);
    }

    private @Nullable Output object(View view, ObjectKey key) {
        MeshReader reader = new MeshReader(view, rules, key.cluster());
        if (key.kind() == Kind.SERVICE) {
            return ServiceResources.of(key, reader.visible(Service.class, key), reader);
        }
        return switch (reader.visible(KubeObject.class, key)) {
            case Pod pod -> PodWorkloads.of(pod, reader);
            case EndpointSlice slice -> EndpointSliceWorkloads.of(slice, reader);
            case ServiceEntry entry -> ServiceEntryResources.of(entry, reader);
            case WorkloadEntry entry -> EntryWorkloads.of(entry, reader);
            case Gateway gateway -> gateway(gateway, key, reader);
            case AuthorizationPolicy policy -> policy(policy, view.get(rules.policy, key));
            case null, default -> null;
        };
    }

    private static Output gateway(Gateway gateway, ObjectKey key, MeshReader reader) {
        String trustDomain = reader.mesh().settings().trustDomain();
        List<Workload> workloads = NetworkGateway.of(gateway, key.cluster(), reader).stream()
                .map(each -> each.workload(trustDomain))
                .toList();
        Policy policy = WaypointPolicies.of(key, reader);
        return new Output(workloads, policy == null ? List.of() : List.of(policy), List.of(), List.of());
    }

    private static Output policy(AuthorizationPolicy object, @Nullable Policy converted) {
        List<Policy> sent = new ArrayList<>();
        if (converted != null) {
            sent.addAll(
                    OutboundConversion.isOutbound(object) ? OutboundConversion.convert(converted) : List.of(converted));
        }
        String warning = PolicyWarnings.of(object, converted);
        return new Output(List.of(), sent, List.of(), warning == null ? List.of() : List.of(warning));
    }

    private Output peers(View view, String namespace) {
        MeshReader reader = new MeshReader(view, rules);
        String root = reader.mesh().settings().rootNamespace();
        List<PeerAuthentication> visible = new ArrayList<>();
        for (ObjectKey key : reader.keys(Facts.PEERS, namespace)) {
            PeerAuthentication object = reader.visible(PeerAuthentication.class, key);
            if (object != null) {
                visible.add(object);
            }
        }
        List<Policy> policies = List.of();
        if (namespace.isEmpty()) {
            // One of them anywhere is reason for the static policy; which one does not matter.
            List<PeerAuthentication> any = visible.isEmpty() ? List.of() : visible.subList(0, 1);
            policies = new PeerAuthenticationConversion(new PeerAuthentications(any, root), root)
                    .policies().stream()
                            .filter(policy -> PeerAuthenticationConversion.isStatic(policy, root))
                            .toList();
        } else {
            PeerAuthenticationConversion conversion = view.get(rules.peers, namespace);
            if (conversion != null) {
                policies = conversion.policies().stream()
                        .filter(policy -> policy.namespace().equals(namespace)
                                && !PeerAuthenticationConversion.isStatic(policy, root))
                        .toList();
            }
        }
        return new Output(List.of(), policies, List.of(), List.of());
    }

    private Output mesh(View view, String key) {
        Mesh mesh = view.get(rules.mesh, key);
        return mesh == null || mesh.warning() == null ? Output.NOTHING : Output.warning(mesh.warning());
    }
}
