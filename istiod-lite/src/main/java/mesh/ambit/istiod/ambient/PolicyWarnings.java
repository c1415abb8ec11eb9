package mesh.ambit.istiod.ambient;

import java.util.SortedSet;
import java.util.TreeSet;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/** What a person should know about a policy that is not enforced as written. */
final class PolicyWarnings {
    private static final String ADVICE = "; only a waypoint sees requests, bind the policy to one with targetRefs";

    private PolicyWarnings() {}

    /**
     * Returns the warning for a policy and what became of it, or null when it is enforced as written, or by others.
     *
     * @param converted null when the policy is not sent
     */
    static @Nullable String of(AuthorizationPolicy policy, @Nullable Policy converted) {
        if (converted == null) {
            return policy.targetRefs().isEmpty() ? withheld(policy) : null;
        }
        SortedSet<String> requestParts = new TreeSet<>();
        policy.rules().forEach(rule -> requestParts.addAll(RequestParts.in(rule)));
        if (requestParts.isEmpty()) {
            return null;
        }
        String parts = String.join(", ", requestParts);
        if (policy.action() == Action.ALLOW) {
            String consequence = converted.groups().isEmpty() ? ", so everything it selects is refused" : "";
            return policy.key() + ": ALLOW rules with " + parts + " are left out" + consequence + ADVICE;
        }
        return converted.groups().stream().anyMatch(PolicyWarnings::mayMatch)
                ? policy.key() + ": DENY rules are enforced without " + parts + ", which refuses more than written"
                        + ADVICE
                : policy.key() + ": no DENY rule is left to enforce without " + parts + ADVICE;
    }

    private static @Nullable String withheld(AuthorizationPolicy policy) {
        return switch (policy.action()) {
            case AUDIT, CUSTOM -> policy.key() + " is not enforced: action " + policy.action() + " needs a waypoint";
            case ALLOW, DENY -> policy.key() + " is not enforced: dry run of policies is switched off";
        };
    }

    /** A clause in which every match is empty never holds. */
    private static boolean mayMatch(Policy.Group group) {
        return group.clauses().stream()
                .allMatch(clause ->
                        clause.matches().isEmpty() || !clause.matches().stream().allMatch(Match::isEmpty));
    }
}
