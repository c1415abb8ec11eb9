package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import org.jspecify.annotations.Nullable;

/** Whether objects have the waypoint that they ask for. */
final class WaypointStandings {
    private static final String ACCEPTED = "WaypointAccepted";

    private WaypointStandings() {}

    /** Returns whether a Service or a ServiceEntry has its waypoint; null for one that asks for none. */
    static @Nullable Condition ofService(MeshReader reader, ObjectMeta meta, EntryVisibility visibility) {
        Binding binding = Bindings.ofService(reader, meta, visibility);
        Waypoint waypoint = binding.waypoint();
        if (waypoint == null) {
            return refused(binding);
        }
        StringBuilder message = new StringBuilder("attached to waypoint ").append(name(waypoint.key()));
        Traits traits = reader.traits(meta.namespace());
        if (ServiceResources.ingressUsesWaypoint(meta, traits)) {
            message.append("; traffic from ingress gateways goes through it too");
        } else if (meta.labels().containsKey(Labels.INGRESS_USE_WAYPOINT)
                || traits.labels().containsKey(Labels.INGRESS_USE_WAYPOINT)) {
            message.append("; traffic from ingress gateways passes it by, as label ")
                    .append(Labels.INGRESS_USE_WAYPOINT)
                    .append(" says");
        }
        String canary = Bindings.canary(reader, meta);
        if (canary != null && Bindings.weighted(reader, meta, waypoint).isEmpty()) {
            message.append("; its canary ").append(canary).append(" is not attached");
        }
        return new Condition(Standing.WAYPOINT_BOUND, true, ACCEPTED, message.toString());
    }

    /** Returns what a ServiceEntry is told; nothing of one that nobody sees, or that speaks for none of its hosts. */
    static List<Condition> ofEntry(MeshReader reader, ServiceEntry entry) {
        EntryVisibility visibility = reader.visibility(entry.metadata().namespace());
        boolean isSeen = visibility != EntryVisibility.NONE && ServiceEntryResources.isUsable(entry);
        Member member = isSeen ? reader.member(entry.key()) : null;
        if (member == null) {
            return List.of();
        }
        List<Condition> conditions = new ArrayList<>();
        Condition bound = ofService(reader, entry.metadata(), visibility);
        if (bound != null) {
            conditions.add(bound);
        }
        if (bound == null || !bound.holds()) {
            if (isRaced(entry)) {
                conditions.add(missing(
                        "NoWaypointForRacingConnectStrategy",
                        "only a waypoint races connections: without one annotation " + Labels.CONNECT_STRATEGY
                                + " has no effect"));
            } else if (member.hosts().stream().anyMatch(host -> host.hostname().startsWith("*"))) {
                conditions.add(missing(
                        "NoWaypointForWildcardService",
                        "hosts with a wildcard are known to waypoints only: without one the entry has no effect"));
            }
        }
        if (reader.mesh().config().visibilityGiven()) {
            boolean all = visibility == EntryVisibility.PUBLIC;
            conditions.add(new Condition(
                    Standing.VISIBILITY_APPLIED,
                    true,
                    all ? "Public" : "Namespace",
                    all ? "seen by the whole mesh" : "seen in its own namespace only, by the mesh's settings"));
        }
        return conditions;
    }

    private static Condition missing(String reason, String message) {
        return new Condition(Standing.WAYPOINT_MISSING, true, reason, message);
    }

    private static boolean isRaced(ServiceEntry entry) {
        return entry.metadata()
                .annotations()
                .getOrDefault(Labels.CONNECT_STRATEGY, "")
                .equalsIgnoreCase("RACE_FIRST_TCP_CONNECT");
    }

    static @Nullable Condition ofWorkload(MeshReader reader, WorkloadEntry entry) {
        Map<String, String> labels = new TreeMap<>(entry.endpoint().labels());
        labels.putAll(entry.metadata().labels());
        String namespace = entry.metadata().namespace();
        if (Bindings.instance(reader, namespace, labels) != null) {
            return null;
        }
        Binding binding = Bindings.ofWorkload(reader, namespace, labels);
        Waypoint waypoint = binding.waypoint();
        return waypoint == null
                ? refused(binding)
                : new Condition(
                        Standing.WAYPOINT_BOUND, true, ACCEPTED, "attached to waypoint " + name(waypoint.key()));
    }

    private static @Nullable Condition refused(Binding binding) {
        Binding.Problem problem = binding.problem();
        ObjectKey wished = binding.wished();
        if (problem == null || wished == null) {
            return null;
        }
        String message = switch (problem) {
            case WAYPOINT_IS_NOT_READY -> " does not exist, or has no address yet";
            case ATTACHMENT_DENIED -> " does not allow objects of this namespace to attach";
            case UNSUPPORTED_TRAFFIC_TYPE -> " is for other traffic, see its label " + Labels.WAYPOINT_FOR;
            case CROSS_NAMESPACE_WAYPOINT_FORBIDDEN -> " is in another namespace, where the entry cannot be seen";
        };
        return new Condition(Standing.WAYPOINT_BOUND, false, problem.reason(), "waypoint " + name(wished) + message);
    }

    static String name(ObjectKey key) {
        return key.namespace() + "/" + key.name();
    }
}
