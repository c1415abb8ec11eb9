package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/** Policies by which what is behind a waypoint accepts that waypoint, where the mesh wants them. */
final class WaypointPolicies {
    private WaypointPolicies() {}

    /** Returns the policy of a waypoint, or null when it has no pods or the mesh wants none. */
    static @Nullable Policy of(ObjectKey waypoint, MeshReader reader) {
        if (!reader.mesh().has(Feature.AUTO_ALLOW_WAYPOINT)) {
            return null;
        }
        return WaypointAllow.policy(
                waypoint.namespace(),
                waypoint.name(),
                reader.waypointAccounts(waypoint),
                reader.mesh().settings().trustDomain());
    }

    /** Returns what a workload lists: {@code policies}, those of its services' waypoints sorted, its own waypoint's last. */
    static List<String> appended(
            List<String> policies, @Nullable Waypoint own, List<Member> members, MeshReader reader) {
        if (!reader.mesh().has(Feature.AUTO_ALLOW_WAYPOINT)) {
            return policies;
        }
        List<String> ofServices = new ArrayList<>();
        for (Member member : members) {
            String key = key(reader.waypointOf(member.source()), reader);
            if (key != null) {
                ofServices.add(key);
            }
        }
        List<String> all = new ArrayList<>(policies);
        all.addAll(WaypointAllow.listed(own == null ? null : key(own.key(), reader), ofServices));
        return all;
    }

    /** Returns the key of a waypoint's policy; null when it has none. */
    private static @Nullable String key(@Nullable ObjectKey waypoint, MeshReader reader) {
        return waypoint == null || reader.waypointAccounts(waypoint).isEmpty()
                ? null
                : WaypointAllow.key(waypoint.namespace(), waypoint.name());
    }
}
