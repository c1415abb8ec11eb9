package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBACOrBuilder;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.kube.AuthorizationPolicy.Values;
import org.jspecify.annotations.Nullable;

/**
 * AuthorizationPolicies as a gRPC server enforces them.
 *
 * <p>What a server cannot know, such as the claims of a token, never opens anything: in a policy that allows, the rule
 * that asks for it allows nothing; in one that denies, it denies whatever the rest of it is about.
 */
final class Rbac {
    /** Of a policy without rules: allows nothing, which is not the same as no policy at all. */
    private static final Policy NEVER = Policy.newBuilder()
            .addPermissions(Permission.newBuilder().setNotRule(anything()))
            .addPrincipals(Principal.newBuilder().setNotId(anybody()))
            .build();

    private final boolean deny;
    private final AuthorizationPolicy policy;
    private final Remarks remarks;

    private Rbac(boolean deny, AuthorizationPolicy policy, Remarks remarks) {
        this.deny = deny;
        this.policy = policy;
        this.remarks = remarks;
    }

    /** Returns the rules by which {@code policies} refuse requests. Those that ask somebody else refuse what they are about. */
    static RBAC denying(List<AuthorizationPolicy> policies, Remarks remarks) {
        return rules(Action.DENY, policies, remarks);
    }

    /** Returns the rules of which one must let a request through. */
    static RBAC allowing(List<AuthorizationPolicy> policies, Remarks remarks) {
        RBAC rules = rules(Action.ALLOW, policies, remarks);
        return rules.getPoliciesCount() > 0
                ? rules
                : rules.toBuilder().putPolicies("nothing", NEVER).build();
    }

    private static RBAC rules(Action action, List<AuthorizationPolicy> policies, Remarks remarks) {
        RBAC.Builder rules = RBAC.newBuilder().setAction(action);
        for (AuthorizationPolicy policy : policies) {
            for (int i = 0; i < policy.rules().size(); i++) {
                rules.putPolicies(
                        name(policy, i, rules),
                        new Rbac(action == Action.DENY, policy, remarks)
                                .rule(policy.rules().get(i)));
            }
        }
        return rules.build();
    }

    /**
     * Returns the reference's name of a rule, unless another policy's has it: {@code c} of {@code a-b} and {@code b-c} of
     * {@code a} share theirs there, and the last one written is the only one in force. No name has a slash.
     */
    private static String name(AuthorizationPolicy policy, int rule, RBACOrBuilder others) {
        String namespace = policy.metadata().namespace();
        String end = policy.metadata().name() + "-" + rule;
        String name = namespace + "-" + end;
        return others.containsPolicies(name) ? namespace + "/" + end : name;
    }

    private Policy rule(Rule rule) {
        List<Permission> permissions = new ArrayList<>();
        List<Principal> principals = new ArrayList<>();
        if (!rule.to().isEmpty()) {
            permissions.add(anyOf(rule.to().stream().map(this::operation).toList()));
        }
        if (!rule.from().isEmpty()) {
            principals.add(anyOne(rule.from().stream().map(this::source).toList()));
        }
        for (Condition condition : rule.when()) {
            condition(condition, permissions, principals);
        }
        return Policy.newBuilder()
                .addPermissions(permissions.isEmpty() ? anything() : allOf(permissions))
                .addPrincipals(principals.isEmpty() ? anybody() : everyOne(principals))
                .build();
    }

    private Permission operation(Operation operation) {
        List<Permission> all = new ArrayList<>();
        permissions(all, operation.hosts(), host -> permission(Conditions.header(":authority", host, true)));
        permissions(all, operation.ports(), Rbac::port);
        permissions(all, operation.methods(), method -> permission(Conditions.header(":method", method, false)));
        permissions(
                all,
                operation.paths(),
                path -> Permission.newBuilder()
                        .setUrlPath(Conditions.path(path))
                        .build());
        return allOf(all);
    }

    private Principal source(Source source) {
        List<Principal> all = new ArrayList<>();
        principals(all, source.principals(), Conditions::principal);
        principals(all, source.namespaces(), Conditions::namespace);
        principals(all, source.serviceAccounts(), this::account);
        principals(all, source.ipBlocks(), Conditions::directAddress);
        principals(all, source.remoteIpBlocks(), Conditions::address);
        principals(all, source.trustDomains(), Conditions::trustDomain);
        if (!source.requestPrincipals().isEmpty()) {
            all.add(unknown("requestPrincipals"));
        }
        return everyOne(all);
    }

    private void condition(Condition condition, List<Permission> permissions, List<Principal> principals) {
        Values values = condition.values();
        String header = Conditions.headerName(condition.key());
        if (header != null) {
            principals(
                    principals,
                    values,
                    value -> Principal.newBuilder()
                            .setHeader(Conditions.header(header, value, false))
                            .build());
            return;
        }
        switch (condition.key()) {
            case "source.ip" -> principals(principals, values, Conditions::directAddress);
            case "remote.ip" -> principals(principals, values, Conditions::address);
            case "source.namespace" -> principals(principals, values, Conditions::namespace);
            case "source.principal" -> principals(principals, values, Conditions::principal);
            case "source.serviceAccount" -> principals(principals, values, this::account);
            case "source.trustDomain" -> principals(principals, values, Conditions::trustDomain);
            case "destination.ip" -> permissions(permissions, values, Conditions::destination);
            case "destination.port" -> permissions(permissions, values, Rbac::port);
            default -> principals.add(unknown("when.key " + condition.key()));
        }
    }

    private Principal unknown(String what) {
        remarks.add(
                policy,
                "a server does not know " + what + ", so it "
                        + (deny ? "denies without asking for it" : "allows nothing by it"));
        return deny ? anybody() : anyOne(List.of());
    }

    private Principal account(String text) {
        return Conditions.account(text, policy.metadata().namespace());
    }

    private void permissions(List<Permission> all, Values values, Function<String, @Nullable Permission> one) {
        if (!values.any().isEmpty()) {
            List<Permission> known = known(values.any(), one);
            all.add(known.isEmpty() && deny ? anything() : anyOf(known));
        }
        List<Permission> none = known(values.none(), one);
        if (!deny && none.size() < values.none().size()) {
            all.add(anyOf(List.of()));
        } else if (!none.isEmpty()) {
            all.add(Permission.newBuilder().setNotRule(anyOf(none)).build());
        }
    }

    private void principals(List<Principal> all, Values values, Function<String, @Nullable Principal> one) {
        if (!values.any().isEmpty()) {
            List<Principal> known = known(values.any(), one);
            all.add(known.isEmpty() && deny ? anybody() : anyOne(known));
        }
        List<Principal> none = known(values.none(), one);
        if (!deny && none.size() < values.none().size()) {
            all.add(anyOne(List.of()));
        } else if (!none.isEmpty()) {
            all.add(Principal.newBuilder().setNotId(anyOne(none)).build());
        }
    }

    /**
     * Returns what the values mean; one that means nothing matches nothing. Where it is an exception to what is allowed,
     * nothing is allowed: nobody knows whom it was to keep out.
     */
    private static <T> List<T> known(List<String> values, Function<String, @Nullable T> one) {
        List<T> known = new ArrayList<>();
        for (String value : values) {
            T meant = one.apply(value);
            if (meant != null) {
                known.add(meant);
            }
        }
        return known;
    }

    private static @Nullable Permission port(String text) {
        int port = ClusterName.port(text);
        return port == 0
                ? null
                : Permission.newBuilder().setDestinationPort(port).build();
    }

    private static Permission permission(HeaderMatcher header) {
        return Permission.newBuilder().setHeader(header).build();
    }

    private static Permission anything() {
        return Permission.newBuilder().setAny(true).build();
    }

    private static Principal anybody() {
        return Principal.newBuilder().setAny(true).build();
    }

    private static Permission allOf(List<Permission> all) {
        return all.isEmpty()
                ? anything()
                : Permission.newBuilder()
                        .setAndRules(Permission.Set.newBuilder().addAllRules(all))
                        .build();
    }

    private static Principal everyOne(List<Principal> all) {
        return all.isEmpty()
                ? anybody()
                : Principal.newBuilder()
                        .setAndIds(Principal.Set.newBuilder().addAllIds(all))
                        .build();
    }

    /** None of nothing. */
    private static Permission anyOf(List<Permission> some) {
        return some.isEmpty()
                ? Permission.newBuilder().setNotRule(anything()).build()
                : Permission.newBuilder()
                        .setOrRules(Permission.Set.newBuilder().addAllRules(some))
                        .build();
    }

    private static Principal anyOne(List<Principal> some) {
        return some.isEmpty()
                ? Principal.newBuilder().setNotId(anybody()).build()
                : Principal.newBuilder()
                        .setOrIds(Principal.Set.newBuilder().addAllIds(some))
                        .build();
    }
}
