package mesh.ambit.policy;

import java.util.List;
import java.util.Objects;

/**
 * One authorization policy as the control plane sends it: {@code istio.security.Authorization}.
 *
 * <p>A policy matches a connection if any of its groups does; a group if all of its clauses do; a clause if any of its
 * matches does.
 *
 * @param resourceName the xDS resource name, and what workloads list: {@code namespace/name}, unless a control plane has it
 *     otherwise
 * @param namespace namespace of the policy
 * @param name its name, unique within the namespace
 * @param scope which workloads it applies to
 * @param action what a match means
 * @param groups alternatives; a policy without any never matches
 * @param dryRun whether it is only logged
 */
public record Policy(
        String resourceName,
        String namespace,
        String name,
        Scope scope,
        Action action,
        List<Group> groups,
        boolean dryRun) {
    /** Which workloads a policy applies to, in the wire's order. */
    public enum Scope {
        /** Every workload of the mesh. */
        GLOBAL,
        /** The workloads of the policy's namespace. */
        NAMESPACE,
        /** The workloads that list the policy. */
        WORKLOAD_SELECTOR
    }

    /** What a match means, in the wire's order. */
    public enum Action {
        ALLOW,
        DENY
    }

    /** Clauses that must all hold; a group without any matches everything. */
    public record Group(List<Clause> clauses) {
        public Group {
            clauses = List.copyOf(clauses);
        }
    }

    /** Matches of which any may hold; a clause without any holds. */
    public record Clause(List<Match> matches) {
        public Clause {
            matches = List.copyOf(matches);
        }
    }

    public Policy {
        Objects.requireNonNull(resourceName, "resourceName");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(action, "action");
        groups = List.copyOf(groups);
    }

    /** Creates a policy whose resource is called {@code namespace/name}. */
    public Policy(String namespace, String name, Scope scope, Action action, List<Group> groups, boolean dryRun) {
        this(namespace + "/" + name, namespace, name, scope, action, groups, dryRun);
    }

    /** Returns {@code namespace/name}: what people call it. */
    public String key() {
        return namespace + "/" + name;
    }
}
