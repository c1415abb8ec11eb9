package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;
import mesh.ambit.kube.ParentRef;
import org.jspecify.annotations.Nullable;

/**
 * What the status of an object is to say of it. Nothing said means that what we said before is to go.
 *
 * @param conditions of the object as a whole
 * @param parents conditions of a route with each parent that we look after
 * @param others parents of a route that another controller of the reference's kind looks after, which signs with the same
 *     name as we do
 * @param last whether it is our last word: from now on somebody else looks after the object, or nobody
 */
public record Standing(List<Condition> conditions, List<Parent> parents, Set<ParentRef> others, boolean last) {
    /** Nothing to say. */
    public static final Standing NOTHING = new Standing(List.of(), List.of());

    /** Nothing to say, and never again: what we said goes, what is said from now on is somebody else's. */
    public static final Standing FAREWELL = new Standing(List.of(), List.of(), Set.of(), true);

    /** Whether Services, ServiceEntries and WorkloadEntries have the waypoint they ask for. */
    public static final String WAYPOINT_BOUND = "istio.io/WaypointBound";

    /** Whether a ServiceEntry needs a waypoint to have an effect, and has none. */
    public static final String WAYPOINT_MISSING = "istio.io/WaypointMissing";

    /** Who sees a ServiceEntry, where the mesh has rules for that. */
    public static final String VISIBILITY_APPLIED = "istio.io/VisibilityApplied";

    /** Whether a policy is enforced by node proxies. */
    public static final String ZTUNNEL_ACCEPTED = "ZtunnelAccepted";

    /** Whether a policy is enforced by the waypoints that it is attached to. */
    public static final String WAYPOINT_ACCEPTED = "WaypointAccepted";

    public Standing {
        conditions = List.copyOf(conditions);
        parents = List.copyOf(parents);
        others = Set.copyOf(others);
    }

    /** What there is to say of an object that we go on to look after. */
    public Standing(List<Condition> conditions, List<Parent> parents) {
        this(conditions, parents, Set.of(), false);
    }

    static Standing of(@Nullable Condition condition) {
        return condition == null ? NOTHING : new Standing(List.of(condition), List.of());
    }

    /** One thing that holds, or does not. Type and reason are the reference's words. */
    public record Condition(String type, boolean holds, String reason, String message) {
        public Condition {
            requireNonNull(type, "type");
            requireNonNull(reason, "reason");
            requireNonNull(message, "message");
        }
    }

    /** What holds between a route and a parent. */
    public record Parent(ParentRef ref, List<Condition> conditions) {
        public Parent {
            requireNonNull(ref, "ref");
            conditions = List.copyOf(conditions);
        }
    }
}
