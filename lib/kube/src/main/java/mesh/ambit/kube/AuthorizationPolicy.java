package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to whom.
 *
 * @param selector null when the policy has none, which differs from an empty one
 * @param targetRefs what the policy is attached to instead of workloads, also when it is given as a single one
 */
public record AuthorizationPolicy(
        ObjectMeta metadata,
        @Nullable WorkloadSelector selector,
        List<TargetRef> targetRefs,
        Action action,
        List<Rule> rules)
        implements KubeObject {

    public AuthorizationPolicy {
        requireNonNull(metadata, "metadata");
        targetRefs = List.copyOf(targetRefs);
        requireNonNull(action, "action");
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.AUTHORIZATION_POLICY;
    }

    /** What happens to a request that a rule matches. */
    public enum Action {
        ALLOW,
        DENY,
        AUDIT,
        CUSTOM
    }

    /** An object that a policy is attached to. */
    public record TargetRef(String group, String kind, String namespace, String name) {
        public TargetRef {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(namespace, "namespace");
            requireNonNull(name, "name");
        }
    }

    /** One rule: some source, some operation and every condition must match; what is empty always does. */
    public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {
        public Rule {
            from = List.copyOf(from);
            to = List.copyOf(to);
            when = List.copyOf(when);
        }
    }

    /** Values that may match, and values that must not. */
    public record Values(List<String> any, List<String> none) {
        /** Nothing asked. */
        public static final Values EMPTY = new Values(List.of(), List.of());

        public Values {
            any = List.copyOf(any);
            none = List.copyOf(none);
        }

        /** Returns whether nothing is asked. */
        public boolean isEmpty() {
            return any.isEmpty() && none.isEmpty();
        }
    }

    /** Where a request comes from. */
    public record Source(
            Values principals,
            Values requestPrincipals,
            Values namespaces,
            Values serviceAccounts,
            Values ipBlocks,
            Values remoteIpBlocks,
            Values trustDomains) {
        public Source {
            requireNonNull(principals, "principals");
            requireNonNull(requestPrincipals, "requestPrincipals");
            requireNonNull(namespaces, "namespaces");
            requireNonNull(serviceAccounts, "serviceAccounts");
            requireNonNull(ipBlocks, "ipBlocks");
            requireNonNull(remoteIpBlocks, "remoteIpBlocks");
            requireNonNull(trustDomains, "trustDomains");
        }
    }

    /** What a request asks for. */
    public record Operation(Values hosts, Values ports, Values methods, Values paths) {
        public Operation {
            requireNonNull(hosts, "hosts");
            requireNonNull(ports, "ports");
            requireNonNull(methods, "methods");
            requireNonNull(paths, "paths");
        }
    }

    /** A condition on an attribute named by {@code key}, for example {@code source.ip}. */
    public record Condition(String key, Values values) {
        public Condition {
            requireNonNull(key, "key");
            requireNonNull(values, "values");
        }
    }
}
