package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.GatewayClass;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/** Whether policies are enforced, and by whom. */
final class PolicyStandings {
    private static final String ACCEPTED = "Accepted";
    private static final String INVALID = "Invalid";
    private static final String TARGET_NOT_FOUND = "TargetNotFound";
    private static final String UNSUPPORTED = "UnsupportedValue";
    private static final String WAYPOINT_CONTROLLER = "istio.io/mesh-controller";

    private PolicyStandings() {}

    /** Returns what a policy is told; a dry run that is withheld from node proxies is told so, wherever it is attached. */
    static List<Condition> of(View view, MeshReader reader, AmbientRules rules, AuthorizationPolicy policy) {
        List<Condition> conditions = new ArrayList<>();
        boolean dryRun = Labels.isTrue(policy.metadata().annotations().getOrDefault(Labels.DRY_RUN, ""));
        if (dryRun && !reader.mesh().has(Feature.DRY_RUN_POLICIES)) {
            conditions.add(
                    new Condition(
                            Standing.ZTUNNEL_ACCEPTED,
                            false,
                            UNSUPPORTED,
                            "a dry run, which is withheld from node proxies: AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY is off"));
        } else if (policy.targetRefs().isEmpty()) {
            conditions.add(atNodes(policy, view.get(rules.policy, policy.key())));
        }
        if (!policy.targetRefs().isEmpty()) {
            conditions.add(atWaypoints(reader, policy));
        }
        return conditions;
    }

    private static Condition atNodes(AuthorizationPolicy policy, @Nullable Policy converted) {
        if (converted == null) {
            return new Condition(
                    Standing.ZTUNNEL_ACCEPTED,
                    false,
                    UNSUPPORTED,
                    "node proxies do not support action " + policy.action());
        }
        String warning = PolicyWarnings.of(policy, converted);
        return warning == null
                ? new Condition(Standing.ZTUNNEL_ACCEPTED, true, ACCEPTED, "attached to ztunnel")
                : new Condition(Standing.ZTUNNEL_ACCEPTED, true, UNSUPPORTED, warning);
    }

    private static Condition atWaypoints(MeshReader reader, AuthorizationPolicy policy) {
        String root = reader.mesh().settings().rootNamespace();
        List<Condition> each = new ArrayList<>();
        List<String> unbound = new ArrayList<>();
        for (TargetRef target : policy.targetRefs()) {
            String namespace = target.namespace().isEmpty() ? policy.metadata().namespace() : target.namespace();
            Condition condition = target(reader, target, namespace, root);
            each.add(condition);
            if (!condition.holds()) {
                unbound.add(target.kind() + "." + (target.group().isEmpty() ? "core" : target.group()) + ":" + namespace
                        + "/" + target.name());
            }
        }
        if (each.size() == 1) {
            return each.getFirst();
        }
        boolean any = unbound.size() < each.size();
        String reason = any ? unbound.isEmpty() ? ACCEPTED : "PartiallyInvalid" : INVALID;
        String message = unbound.isEmpty() ? "" : "without effect at " + String.join(", ", unbound);
        return new Condition(Standing.WAYPOINT_ACCEPTED, any, reason, message);
    }

    private static Condition target(MeshReader reader, TargetRef target, String namespace, String rootNamespace) {
        String name = namespace + "/" + target.name();
        return switch (target.kind()) {
            case "GatewayClass" -> {
                if (!namespace.equals(rootNamespace)) {
                    yield refused(
                            INVALID,
                            "only a policy in the root namespace " + rootNamespace
                                    + " can be attached to a GatewayClass");
                }
                KubeObject found = reader.object(new ObjectKey(Kind.GATEWAY_CLASS, "", target.name()));
                if (!(found instanceof GatewayClass gatewayClass)) {
                    yield refused(TARGET_NOT_FOUND, "there is no GatewayClass " + target.name());
                }
                yield gatewayClass.controllerName().equals(WAYPOINT_CONTROLLER)
                        ? bound(target.name())
                        : refused(INVALID, "GatewayClass " + target.name() + " is not of " + WAYPOINT_CONTROLLER);
            }
            case "Gateway" -> {
                Waypoint waypoint = reader.waypoint(new ObjectKey(Kind.GATEWAY, namespace, target.name()));
                yield waypoint == null
                        ? refused(TARGET_NOT_FOUND, "there is no waypoint " + name + " that has an address")
                        : bound(name);
            }
            case "Service" -> service(reader, new ObjectKey(Kind.SERVICE, namespace, target.name()));
            case "ServiceEntry" -> service(reader, new ObjectKey(Kind.SERVICE_ENTRY, namespace, target.name()));
            default -> refused(INVALID, "a policy cannot be attached to " + target.kind());
        };
    }

    private static Condition service(MeshReader reader, ObjectKey key) {
        KubeObject object = reader.visible(KubeObject.class, key);
        if (object == null) {
            return refused(TARGET_NOT_FOUND, "there is no " + key + ", or it is not looked at");
        }
        EntryVisibility visibility =
                key.kind() == Kind.SERVICE ? EntryVisibility.PUBLIC : reader.visibility(key.namespace());
        Waypoint waypoint =
                Bindings.ofService(reader, object.metadata(), visibility).waypoint();
        return waypoint == null
                ? refused("AncestorNotBound", key + " is not bound to a waypoint, so nobody enforces the policy there")
                : bound(WaypointStandings.name(waypoint.key()));
    }

    private static Condition bound(String waypoint) {
        return new Condition(Standing.WAYPOINT_ACCEPTED, true, ACCEPTED, "bound to " + waypoint);
    }

    private static Condition refused(String reason, String message) {
        return new Condition(Standing.WAYPOINT_ACCEPTED, false, reason, message);
    }
}
