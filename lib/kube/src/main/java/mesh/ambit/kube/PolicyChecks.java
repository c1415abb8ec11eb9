package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.AuthorizationPolicy.Values;

/** What upstream's admission webhook refuses in an AuthorizationPolicy, beyond types and spelling. */
final class PolicyChecks {
    /** Kinds that a policy may be attached to, with their groups. */
    private static final Map<String, String> TARGETS = Map.of(
            "Service", "",
            "ServiceEntry", "networking.istio.io",
            "Gateway", "gateway.networking.k8s.io",
            "GatewayClass", "gateway.networking.k8s.io");

    private static final Set<String> KEYS = Set.of(
            "source.ip",
            "remote.ip",
            "source.namespace",
            "source.serviceAccount",
            "source.principal",
            "source.trustDomain",
            "request.auth.principal",
            "request.auth.audiences",
            "request.auth.presenter",
            "destination.ip",
            "destination.port",
            "connection.sni");

    /** How keys begin that name something in brackets. */
    private static final List<String> NAMED_KEYS =
            List.of("request.headers", "request.auth.claims", "experimental.envoy.filters.");

    private static final Set<String> NOT_WITH_CUSTOM =
            Set.of("source.namespace", "source.serviceAccount", "source.principal", "source.trustDomain");

    /** Of a text that has one asterisk at most, at one of its ends. */
    private static final Pattern ENDED = Pattern.compile("\\*|\\*?[^*]+|[^*]+\\*", Pattern.DOTALL);

    private static final int MAX_ACCOUNTS = 16;
    private static final int MAX_ACCOUNT = 320;

    private PolicyChecks() {}

    /** Checks what concerns the policy as a whole. */
    static void policy(Fields spec, AuthorizationPolicy read, boolean hasProvider) {
        if (read.selector() != null && !read.targetRefs().isEmpty()) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "selector", "stands beside targetRefs", "use one of the two");
        }
        if (spec.has("targetRef") && spec.has("targetRefs")) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "targetRef", "stands beside targetRefs", "use targetRefs");
        }
        Action action = read.action();
        if (action == Action.CUSTOM
                && spec.childOrEmpty("provider").text("name").isEmpty()) {
            spec.found(ProblemCode.MISSING_FIELD, "provider", "action CUSTOM needs the name of a provider", "");
        }
        if (action != Action.CUSTOM && hasProvider) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "provider",
                    "stands with action " + action,
                    "only action CUSTOM asks a provider");
        }
        if ((action == Action.CUSTOM || action == Action.DENY) && read.rules().isEmpty()) {
            spec.found(
                    ProblemCode.NO_EFFECT,
                    "rules",
                    "action " + action + " without rules never does anything",
                    "write a rule, {} for one that always matches");
        }
        boolean dryRun = read.metadata().annotations().containsKey(Annotations.DRY_RUN);
        if (dryRun && action != Action.ALLOW && action != Action.DENY) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "action",
                    action + " cannot be tried with " + Annotations.DRY_RUN,
                    "only ALLOW and DENY can");
        }
        if (action == Action.CUSTOM) {
            for (int i = 0; i < read.rules().size(); i++) {
                custom(spec, i, read.rules().get(i));
            }
        }
    }

    private static void custom(Fields spec, int index, Rule rule) {
        boolean identities = rule.from().stream()
                .anyMatch(source -> !source.principals().isEmpty()
                        || !source.requestPrincipals().isEmpty()
                        || !source.namespaces().isEmpty()
                        || !source.serviceAccounts().isEmpty()
                        || !source.trustDomains().isEmpty());
        boolean conditions = rule.when().stream()
                .map(Condition::key)
                .anyMatch(key -> NOT_WITH_CUSTOM.contains(key) || key.startsWith("request.auth."));
        if (identities || conditions) {
            spec.foundItem(
                    ProblemCode.CONFLICTING_FIELDS,
                    "rules",
                    index,
                    "asks for an identity, which action CUSTOM does not support",
                    "leave that to the provider");
        }
    }

    static void target(Fields target, TargetRef read) {
        if (read.kind().isEmpty() || read.name().isEmpty()) {
            target.foundHere(ProblemCode.MISSING_FIELD, "needs kind and name", "");
            return;
        }
        String group = read.group().equals("core") ? "" : read.group();
        if (!group.equals(TARGETS.get(read.kind()))) {
            target.found(
                    ProblemCode.INVALID_VALUE,
                    "kind",
                    "a policy cannot be attached to " + read.kind() + (group.isEmpty() ? "" : " of " + group),
                    "expected Service, ServiceEntry of networking.istio.io, or Gateway or GatewayClass of"
                            + " gateway.networking.k8s.io");
        }
        if (!read.namespace().isEmpty()) {
            target.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "namespace",
                    "a policy is attached in its own namespace only",
                    "remove the field");
        }
    }

    static void rule(Fields rule, Rule read) {
        if (rule.has("from") && read.from().isEmpty()) {
            rule.found(ProblemCode.MISSING_FIELD, "from", "has no entry", "remove it to match every source");
        }
        if (rule.has("to") && read.to().isEmpty()) {
            rule.found(ProblemCode.MISSING_FIELD, "to", "has no entry", "remove it to match every operation");
        }
    }

    static void source(Fields source, Source read) {
        if (source.saysNothing()) {
            source.foundHere(ProblemCode.MISSING_FIELD, "a source without a field matches nothing", "remove the entry");
        }
        if (!read.serviceAccounts().isEmpty()
                && !(read.principals().isEmpty() && read.namespaces().isEmpty())) {
            source.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    read.serviceAccounts().any().isEmpty() ? "notServiceAccounts" : "serviceAccounts",
                    "stands beside principals or namespaces",
                    "use one of them, or several entries");
        }
        texts(source, "principals", "notPrincipals", read.principals());
        texts(source, "requestPrincipals", "notRequestPrincipals", read.requestPrincipals());
        texts(source, "namespaces", "notNamespaces", read.namespaces());
        accounts(source, "serviceAccounts", read.serviceAccounts().any());
        accounts(source, "notServiceAccounts", read.serviceAccounts().none());
        ranges(source, "ipBlocks", "notIpBlocks", read.ipBlocks());
        ranges(source, "remoteIpBlocks", "notRemoteIpBlocks", read.remoteIpBlocks());
        trustDomains(source, "trustDomains", read.trustDomains().any(), "/");
        trustDomains(source, "notTrustDomains", read.trustDomains().none(), "/");
    }

    static void operation(Fields operation, Operation read) {
        if (operation.saysNothing()) {
            operation.foundHere(
                    ProblemCode.MISSING_FIELD, "an operation without a field matches nothing", "remove the entry");
        }
        texts(operation, "hosts", "notHosts", read.hosts());
        texts(operation, "methods", "notMethods", read.methods());
        texts(operation, "paths", "notPaths", read.paths());
        PathTemplates.check(operation, "paths", read.paths().any());
        PathTemplates.check(operation, "notPaths", read.paths().none());
        ports(operation, "ports", "notPorts", read.ports());
    }

    static void condition(Fields fields, Condition read) {
        if (read.key().isEmpty()) {
            fields.found(ProblemCode.MISSING_FIELD, "key", "a condition needs a key", "for example source.ip");
            return;
        }
        if (!KEYS.contains(read.key()) && !isNamed(read.key())) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    "key",
                    "there is no attribute \"" + read.key() + "\"",
                    "for example source.ip, destination.port or request.headers[x-name]");
            return;
        }
        if (read.values().isEmpty()) {
            fields.foundHere(ProblemCode.MISSING_FIELD, "a condition needs values or notValues", "");
            return;
        }
        switch (read.key()) {
            case "source.ip", "destination.ip", "remote.ip" -> ranges(fields, "values", "notValues", read.values());
            case "destination.port" -> ports(fields, "values", "notValues", read.values());
            case "source.serviceAccount" -> {
                accounts(fields, "values", read.values().any());
                accounts(fields, "notValues", read.values().none());
            }
            case "source.trustDomain" -> {
                trustDomains(fields, "values", read.values().any(), "");
                trustDomains(fields, "notValues", read.values().none(), "");
            }
            default -> texts(fields, "values", "notValues", read.values());
        }
    }

    /** Whatever stands between the first bracket and the last counts as the name. */
    private static boolean isNamed(String key) {
        int open = key.indexOf('[');
        return NAMED_KEYS.stream().anyMatch(key::startsWith)
                && key.endsWith("]")
                && open > 0
                && open < key.length() - 2;
    }

    private static void ranges(Fields fields, String any, String none, Values values) {
        Checks.ranges(fields, any, values.any());
        Checks.ranges(fields, none, values.none());
    }

    private static void ports(Fields fields, String any, String none, Values values) {
        Checks.portTexts(fields, any, values.any());
        Checks.portTexts(fields, none, values.none());
    }

    private static void texts(Fields fields, String any, String none, Values values) {
        texts(fields, any, values.any());
        texts(fields, none, values.none());
    }

    private static void texts(Fields fields, String name, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isEmpty()) {
                fields.foundItem(ProblemCode.INVALID_VALUE, name, i, "is empty", "remove it");
            }
        }
    }

    /** Checks trust domains; conditions may have slashes, of which upstream thinks in sources only. */
    private static void trustDomains(Fields fields, String name, List<String> texts, String forbidden) {
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            if (!ENDED.matcher(text).matches() || (!forbidden.isEmpty() && text.contains(forbidden))) {
                fields.foundItem(
                        ProblemCode.INVALID_NAME,
                        name,
                        i,
                        "\"" + text + "\" is no trust domain",
                        "expected one without slashes, with an asterisk at one of its ends if at all");
            }
        }
    }

    private static void accounts(Fields fields, String name, List<String> accounts) {
        if (accounts.size() > MAX_ACCOUNTS) {
            fields.found(
                    ProblemCode.TOO_LARGE, name, accounts.size() + " accounts", "expected at most " + MAX_ACCOUNTS);
        }
        for (int i = 0; i < accounts.size(); i++) {
            String account = accounts.get(i);
            if (account.length() > MAX_ACCOUNT || !account.matches("([^/*]+/)?[^/*]+")) {
                fields.foundItem(
                        ProblemCode.INVALID_NAME,
                        name,
                        i,
                        "\"" + account + "\" is no service account",
                        "expected account or namespace/account, without wildcards");
            }
        }
    }
}
