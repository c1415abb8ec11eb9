package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch;
import org.jspecify.annotations.Nullable;

/** Policies by which what is behind a waypoint accepts that waypoint, where the mesh wants them. */
final class WaypointPolicies {
    private WaypointPolicies() {}

    /** Returns the policy of a waypoint, or null when it has no pods or the mesh wants none. */
    static @Nullable Policy of(ObjectKey waypoint, MeshReader reader) {
        if (!reader.mesh().has(Feature.AUTO_ALLOW_WAYPOINT)) {
            return null;
        }
        List<String> accounts = reader.waypointAccounts(waypoint);
        if (accounts.isEmpty()) {
            return null;
        }
        String prefix = reader.mesh().settings().trustDomain() + "/ns/" + waypoint.namespace() + "/sa/";
        List<StringMatch> principals = new ArrayList<>();
        accounts.forEach(account -> principals.add(new StringMatch.Exact(prefix + account)));
        Match match = Match.builder().principals(principals).build();
        return new Policy(
                waypoint.namespace(),
                "istio_allow_waypoint_" + waypoint.namespace() + "_" + waypoint.name(),
                Scope.WORKLOAD_SELECTOR,
                Action.ALLOW,
                List.of(new Group(List.of(new Clause(List.of(match))))),
                false);
    }

    /** Returns what a workload lists: {@code policies}, those of its services' waypoints sorted, its own waypoint's last. */
    static List<String> appended(
            List<String> policies, @Nullable Waypoint own, List<Member> members, MeshReader reader) {
        if (!reader.mesh().has(Feature.AUTO_ALLOW_WAYPOINT)) {
            return policies;
        }
        TreeSet<ObjectKey> waypoints = new TreeSet<>();
        for (Member member : members) {
            ObjectKey waypoint = reader.waypointOf(member.source());
            if (waypoint != null) {
                waypoints.add(waypoint);
            }
        }
        TreeSet<String> names = new TreeSet<>();
        for (ObjectKey waypoint : waypoints) {
            if (own == null || !own.key().equals(waypoint)) {
                add(names, waypoint, reader);
            }
        }
        List<String> all = new ArrayList<>(policies);
        all.addAll(names);
        if (own != null) {
            List<String> last = new ArrayList<>();
            add(last, own.key(), reader);
            all.addAll(last);
        }
        return all;
    }

    private static void add(Collection<String> names, ObjectKey waypoint, MeshReader reader) {
        Policy policy = of(waypoint, reader);
        if (policy != null) {
            names.add(policy.key());
        }
    }
}
