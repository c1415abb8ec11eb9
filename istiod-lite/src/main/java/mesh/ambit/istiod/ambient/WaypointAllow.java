package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch;
import org.jspecify.annotations.Nullable;

/**
 * Policies by which what stands behind a waypoint accepts that waypoint, and thereby nobody else who is not allowed. Only
 * with {@link Feature#AUTO_ALLOW_WAYPOINT}. Their names have underscores, which no name of an object may have.
 */
final class WaypointAllow {
    private static final String PREFIX = "istio_allow_waypoint_";

    private WaypointAllow() {}

    /** Returns the key of the policy of a waypoint. */
    static String key(String namespace, String gateway) {
        return namespace + "/" + name(namespace, gateway);
    }

    /**
     * Returns the policy of a waypoint, or null for one without pods.
     *
     * @param serviceAccounts one for each of its pods, in any order; the same one several times perhaps
     */
    static @Nullable Policy policy(
            String namespace, String gateway, Collection<String> serviceAccounts, String trustDomain) {
        if (serviceAccounts.isEmpty()) {
            return null;
        }
        // Some clouds have trust domains with an @, which an identity cannot.
        String prefix = trustDomain.replace('@', '.') + "/ns/" + namespace + "/sa/";
        List<StringMatch> principals = serviceAccounts.stream()
                .sorted()
                .<StringMatch>map(account -> new StringMatch.Exact(prefix + account))
                .toList();
        Match match = Match.builder().principals(principals).build();
        return new Policy(
                namespace,
                name(namespace, gateway),
                Scope.WORKLOAD_SELECTOR,
                Action.ALLOW,
                List.of(new Group(List.of(new Clause(List.of(match))))),
                false);
    }

    /**
     * Returns what a workload lists: the policies of its services' waypoints, sorted, then that of its own. Pods of a
     * waypoint list none.
     *
     * @param own key of the policy of its own waypoint; null without one, or when that one has no policy
     * @param ofServices keys of the policies of its services' waypoints, those that there are
     */
    static List<String> listed(@Nullable String own, Collection<String> ofServices) {
        TreeSet<String> sorted = new TreeSet<>(ofServices);
        if (own != null) {
            sorted.remove(own);
        }
        List<String> keys = new ArrayList<>(sorted);
        if (own != null) {
            keys.add(own);
        }
        return keys;
    }

    private static String name(String namespace, String gateway) {
        return PREFIX + namespace + "_" + gateway;
    }
}
