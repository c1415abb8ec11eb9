package mesh.ambit.policy;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import org.jspecify.annotations.Nullable;

/**
 * Why a policy matches a connection, or does not: for each of its rules the first clause that fails, and for each match
 * of that clause the field that does. For people; decisions come from {@link Authorizer}.
 *
 * @param policy the policy
 * @param matchedRule the index of the first rule that matches; -1 for none
 * @param because one sentence for each rule before it, or for each rule
 */
public record Explanation(Policy policy, int matchedRule, List<String> because) {
    public Explanation {
        because = List.copyOf(because);
    }

    /** Returns the explanation of each of {@code policies}. */
    public static List<Explanation> of(List<Policy> policies, Connection connection) {
        return policies.stream().map(policy -> of(policy, connection)).toList();
    }

    /** Returns the explanation of one policy. */
    public static Explanation of(Policy policy, Connection connection) {
        List<String> because = new ArrayList<>();
        for (int i = 0; i < policy.groups().size(); i++) {
            String failure = failure(policy.groups().get(i), connection);
            if (failure == null) {
                return new Explanation(policy, i, because);
            }
            because.add("rule " + i + ": " + failure);
        }
        if (policy.groups().isEmpty()) {
            because.add("it has no rules");
        }
        return new Explanation(policy, -1, because);
    }

    /** Returns one line: the policy, what it does, and why it matches or not. */
    @Override
    public String toString() {
        String name = policy.key() + " (" + policy.action() + (policy.dryRun() ? ", dry run" : "") + ")";
        return matchedRule >= 0
                ? name + " matches by rule " + matchedRule
                : name + " does not match: " + String.join("; ", because);
    }

    private static @Nullable String failure(Group group, Connection connection) {
        for (int i = 0; i < group.clauses().size(); i++) {
            Clause clause = group.clauses().get(i);
            if (!Authorizer.matches(clause, connection)) {
                List<String> fields = new ArrayList<>();
                for (Match match : clause.matches()) {
                    fields.add(match.isEmpty() ? "nothing to match" : Authorizer.failingField(match, connection));
                }
                return "clause " + i + ": " + String.join(", ", fields);
            }
        }
        return null;
    }
}
