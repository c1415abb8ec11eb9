package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.ambient.Standing.Parent;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.GatewayClass;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ParentRef;
import mesh.ambit.kube.Route;
import mesh.ambit.kube.RouteAttachment;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import org.jspecify.annotations.Nullable;

/** Whether routes are attached to their parents, and find their backends. Gateways of other controllers are left out. */
final class RouteStandings {
    private static final String ISTIO_GROUP = "networking.istio.io";
    private static final String WAYPOINT_CONTROLLER = "istio.io/mesh-controller";
    private static final String EAST_WEST_CONTROLLER = "istio.io/eastwest-controller";
    private static final Set<String> OWN_CONTROLLERS = Set.of(WAYPOINT_CONTROLLER, "istio.io/gateway-controller");
    private static final String NO_PARENT = "NoMatchingParent";

    private RouteStandings() {}

    /** Why something is not as asked for. */
    record Trouble(String reason, String message) {}

    static Standing of(View view, MeshReader reader, Route route) {
        List<Parent> parents = new ArrayList<>();
        Set<ParentRef> others = new HashSet<>();
        Trouble mesh = new RouteReferences(view, reader, route, false).trouble();
        Trouble gateway = new RouteReferences(view, reader, route, true).trouble();
        for (ParentRef ref : route.parents()) {
            String namespace = ref.namespaceOr(route.metadata().namespace());
            switch (ref.group() + "/" + ref.kind()) {
                case "/Service" -> mesh(reader, ref, new ObjectKey(Kind.SERVICE, namespace, ref.name()), mesh, parents);
                case ISTIO_GROUP + "/ServiceEntry" ->
                    mesh(reader, ref, new ObjectKey(Kind.SERVICE_ENTRY, namespace, ref.name()), mesh, parents);
                case "gateway.networking.k8s.io/Gateway" -> {
                    ObjectKey key = new ObjectKey(Kind.GATEWAY, namespace, ref.name());
                    if (isOurs(reader, key)) {
                        gateway(reader, ref, key, route, gateway, parents);
                    } else {
                        others.add(ref);
                    }
                }
                // A set of listeners, for instance.
                default -> others.add(ref);
            }
        }
        return new Standing(List.of(), parents, others, false);
    }

    /** Returns whether nobody else says how routes stand with a Gateway: with one that is gone, nobody does at all. */
    private static boolean isOurs(MeshReader reader, ObjectKey key) {
        if (!(reader.object(key) instanceof Gateway)) {
            return true;
        }
        String controller = controller(reader, key);
        return controller.equals(WAYPOINT_CONTROLLER)
                || (controller.equals(EAST_WEST_CONTROLLER)
                        && reader.mesh().settings().has(Feature.MULTI_NETWORK));
    }

    /** A route of a gateway: of one between networks, since waypoints have none of their own. */
    private static void gateway(
            MeshReader reader,
            ParentRef ref,
            ObjectKey key,
            Route route,
            @Nullable Trouble references,
            List<Parent> parents) {
        if (!(reader.object(key) instanceof Gateway gateway)) {
            return;
        }
        if (controller(reader, key).equals(WAYPOINT_CONTROLLER)) {
            // The reference says nothing at all, which helps nobody.
            parents.add(parent(ref, ofWaypoint(gateway, ref), references, null));
        } else {
            Namespace namespace = reader.namespace(route.metadata().namespace());
            RouteAttachment attachment = RouteAttachment.of(
                    gateway,
                    route,
                    ref,
                    namespace == null ? null : namespace.metadata().labels());
            if (attachment != null) {
                Trouble trouble = attachment.verdict() == RouteAttachment.Verdict.ACCEPTED
                        ? null
                        : new Trouble(attachment.verdict().word(), attachment.reason());
                parents.add(parent(ref, trouble, references, "all waypoints are resolved"));
            }
        }
    }

    private static Trouble ofWaypoint(Gateway gateway, ParentRef ref) {
        Integer port = ref.port();
        boolean exists = gateway.listeners().stream()
                .anyMatch(listener -> (port == null || port == listener.port())
                        && (ref.sectionName().isEmpty() || ref.sectionName().equals(listener.name())));
        return exists
                ? new Trouble(
                        "NotAllowedByListeners",
                        "a waypoint takes routes by the Services that use it: name one of them as parent")
                : new Trouble(
                        NO_PARENT,
                        "the gateway has no such listener, and a waypoint takes routes by the Services"
                                + " that use it: name one of them as parent");
    }

    /** Returns who looks after a Gateway; empty where that is not known. */
    private static String controller(MeshReader reader, ObjectKey key) {
        return reader.object(key) instanceof Gateway gateway
                        && reader.object(new ObjectKey(Kind.GATEWAY_CLASS, "", gateway.gatewayClassName()))
                                instanceof GatewayClass gatewayClass
                ? gatewayClass.controllerName()
                : "";
    }

    /**
     * A route of the mesh, for the clients of a Service or a ServiceEntry. If their waypoint is of a controller that we are
     * not, that one says how the route stands.
     */
    private static void mesh(
            MeshReader reader, ParentRef ref, ObjectKey key, @Nullable Trouble references, List<Parent> parents) {
        KubeObject object = reader.visible(KubeObject.class, key);
        if (object == null) {
            Trouble trouble = new Trouble(NO_PARENT, "there is no " + key);
            parents.add(parent(ref, trouble, references, "there is no parent"));
            return;
        }
        Integer port = ref.port();
        Trouble trouble =
                port == null || hasPort(object, port) ? null : new Trouble(NO_PARENT, key + " has no port " + port);
        EntryVisibility visibility =
                key.kind() == Kind.SERVICE ? EntryVisibility.PUBLIC : reader.visibility(key.namespace());
        Binding binding = Bindings.ofService(reader, object.metadata(), visibility);
        ObjectKey wished = binding.wished();
        String controller = wished == null ? "" : controller(reader, wished);
        if (!controller.isEmpty() && !OWN_CONTROLLERS.contains(controller)) {
            return;
        }
        String waypoint = binding.waypoint() == null
                ? key + " has no waypoint, so only proxyless clients follow the route"
                : "all waypoints are resolved";
        parents.add(parent(ref, trouble, references, waypoint));
    }

    static boolean hasPort(KubeObject object, int port) {
        return switch (object) {
            case Service service -> service.ports().stream().anyMatch(each -> each.port() == port);
            case ServiceEntry entry -> entry.ports().stream().anyMatch(each -> each.number() == port);
            default -> false;
        };
    }

    private static Parent parent(
            ParentRef ref, @Nullable Trouble attachment, @Nullable Trouble references, @Nullable String waypoint) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(condition("Accepted", "Accepted", "the route is valid", attachment));
        conditions.add(condition("ResolvedRefs", "ResolvedRefs", "all references are resolved", references));
        if (waypoint != null) {
            conditions.add(new Condition("ResolvedWaypoints", true, "ResolvedWaypoints", waypoint));
        }
        return new Parent(ref, conditions);
    }

    private static Condition condition(String type, String reason, String message, @Nullable Trouble trouble) {
        return trouble == null
                ? new Condition(type, true, reason, message)
                : new Condition(type, false, trouble.reason(), trouble.message());
    }
}
