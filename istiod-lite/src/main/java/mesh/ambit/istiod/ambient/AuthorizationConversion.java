package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch;
import org.jspecify.annotations.Nullable;

/**
 * AuthorizationPolicies as clients enforce them on connections. What speaks of requests cannot be enforced there: an
 * ALLOW rule with such a part is left out, a DENY rule loses that part only, so both err on the side of refusing.
 */
final class AuthorizationConversion {
    private static final int MAX_PORT = 65535;

    private final MeshSettings settings;

    AuthorizationConversion(MeshSettings settings) {
        this.settings = settings;
    }

    /** Returns the policy for clients, or null when it is not for them: attached to a waypoint, CUSTOM, or dry run. */
    @Nullable
    Policy convert(AuthorizationPolicy policy) {
        boolean dryRun = DryRun.isOn(policy);
        if ((dryRun && !settings.has(Feature.DRY_RUN_POLICIES))
                || !policy.targetRefs().isEmpty()) {
            return null;
        }
        Policy.Action action = switch (policy.action()) {
            case ALLOW -> Policy.Action.ALLOW;
            case DENY -> Policy.Action.DENY;
            case AUDIT, CUSTOM -> null;
        };
        if (action == null) {
            return null;
        }
        List<Group> groups = new ArrayList<>();
        for (Rule rule : policy.rules()) {
            if (policy.action() == Action.DENY || RequestParts.in(rule).isEmpty()) {
                groups.addAll(groups(rule, policy.metadata().namespace()));
            }
        }
        return new Policy(
                policy.metadata().namespace(), policy.metadata().name(), scope(policy), action, groups, dryRun);
    }

    private Scope scope(AuthorizationPolicy policy) {
        if (policy.selector() != null) {
            return Scope.WORKLOAD_SELECTOR;
        }
        return policy.metadata().namespace().equals(settings.rootNamespace()) ? Scope.GLOBAL : Scope.NAMESPACE;
    }

    /** Returns one group; a source with principals and trust domains, both of which must hold, has one of its own. */
    private static List<Group> groups(Rule rule, String namespace) {
        List<Match> simple = new ArrayList<>();
        List<List<Clause>> sources = new ArrayList<>();
        for (Source source : rule.from()) {
            Match match = match(source, namespace);
            if (source.principals().any().isEmpty()
                    || TrustDomainMatch.principals(source).isEmpty()) {
                simple.add(match);
            } else {
                Match domains = Match.builder()
                        .principals(TrustDomainMatch.principals(source))
                        .build();
                sources.add(List.of(new Clause(List.of(match)), new Clause(List.of(domains))));
            }
        }
        if (rule.from().isEmpty()) {
            sources.add(List.of());
        } else if (!simple.isEmpty()) {
            sources.addFirst(List.of(new Clause(simple)));
        }
        return sources.stream().map(clauses -> group(rule, clauses)).toList();
    }

    private static Group group(Rule rule, List<Clause> sources) {
        List<Clause> clauses = new ArrayList<>();
        if (!rule.to().isEmpty()) {
            clauses.add(new Clause(
                    rule.to().stream().map(AuthorizationConversion::match).toList()));
        }
        clauses.addAll(sources);
        for (Condition condition : rule.when()) {
            clauses.add(new Clause(List.of(match(condition))));
        }
        return new Group(clauses);
    }

    private static Match match(Operation operation) {
        return Match.builder()
                .destinationPorts(ports(operation.ports().any()))
                .notDestinationPorts(ports(operation.ports().none()))
                .build();
    }

    private static Match match(Source source, String namespace) {
        Function<String, ServiceAccountMatch> account = text -> serviceAccount(text, namespace);
        List<StringMatch> principals = texts(source.principals().any());
        Match match = Match.builder()
                .sourceIps(blocks(source.ipBlocks().any()))
                .notSourceIps(blocks(source.ipBlocks().none()))
                .namespaces(texts(source.namespaces().any()))
                .notNamespaces(texts(source.namespaces().none()))
                .principals(principals.isEmpty() ? TrustDomainMatch.principals(source) : principals)
                .notPrincipals(TrustDomainMatch.excluded(
                        source, texts(source.principals().none())))
                .serviceAccounts(
                        source.serviceAccounts().any().stream().map(account).toList())
                .notServiceAccounts(
                        source.serviceAccounts().none().stream().map(account).toList())
                .build();
        return TrustDomainMatch.orEverybody(match, source);
    }

    private static Match match(Condition condition) {
        List<String> any = condition.values().any();
        List<String> none = condition.values().none();
        Match.Builder match = Match.builder();
        return switch (condition.key()) {
            case RequestParts.SOURCE_IP ->
                match.sourceIps(blocks(any)).notSourceIps(blocks(none)).build();
            case RequestParts.SOURCE_NAMESPACE ->
                match.namespaces(texts(any)).notNamespaces(texts(none)).build();
            case RequestParts.SOURCE_PRINCIPAL ->
                match.principals(texts(any)).notPrincipals(texts(none)).build();
            case RequestParts.DESTINATION_IP ->
                match.destinationIps(blocks(any))
                        .notDestinationIps(blocks(none))
                        .build();
            case RequestParts.DESTINATION_PORT ->
                match.destinationPorts(ports(any))
                        .notDestinationPorts(ports(none))
                        .build();
            default -> Match.EMPTY;
        };
    }

    private static ServiceAccountMatch serviceAccount(String text, String namespace) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ServiceAccountMatch(namespace, text)
                : new ServiceAccountMatch(text.substring(0, slash), text.substring(slash + 1));
    }

    private static List<StringMatch> texts(List<String> texts) {
        return texts.stream().map(AuthorizationConversion::text).toList();
    }

    /** The first form that fits counts, and only one star is taken off. */
    private static StringMatch text(String text) {
        if (text.equals("*")) {
            return new StringMatch.Presence();
        }
        if (text.startsWith("*")) {
            return new StringMatch.Suffix(text.substring(1));
        }
        return text.endsWith("*")
                ? new StringMatch.Prefix(text.substring(0, text.length() - 1))
                : new StringMatch.Exact(text);
    }

    /** Returns the ports; what is none is left out. */
    private static List<Integer> ports(List<String> texts) {
        List<Integer> ports = new ArrayList<>();
        for (String text : texts) {
            if (text.matches("0*[0-9]{1,5}") && Integer.parseInt(text, 10) <= MAX_PORT) {
                ports.add(Integer.parseInt(text, 10));
            }
        }
        return ports;
    }

    /** Returns the ranges; what is none is left out. */
    private static List<IpBlock> blocks(List<String> texts) {
        List<IpBlock> blocks = new ArrayList<>();
        for (String text : texts) {
            IpBlock block = Addresses.parseBlock(text);
            if (block != null) {
                blocks.add(block);
            }
        }
        return blocks;
    }
}
