package mesh.ambit.ztunnel.local;

import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.StringMatch;

/** Policies of the local file: rules of clauses of matches, texts with a tag that says how they are compared. */
final class LocalPolicies {
    private static final Map<String, Policy.Scope> SCOPES = new TreeMap<>(Map.of(
            "Global", Policy.Scope.GLOBAL,
            "Namespace", Policy.Scope.NAMESPACE,
            "WorkloadSelector", Policy.Scope.WORKLOAD_SELECTOR));
    private static final Map<String, Policy.Action> ACTIONS =
            new TreeMap<>(Map.of("Allow", Policy.Action.ALLOW, "Deny", Policy.Action.DENY));

    private LocalPolicies() {}

    static Policy read(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        Policy policy = new Policy(
                fields.text("namespace"),
                fields.text("name"),
                fields.word("scope", SCOPES),
                fields.word("action", ACTIONS),
                fields.list("rules", (at, rule) -> new Policy.Group(YamlFields.list(at, rule, LocalPolicies::clause))),
                fields.flag("dryRun"));
        fields.end();
        return policy;
    }

    private static Policy.Clause clause(String path, YamlNode node) throws LocalFileException {
        return new Policy.Clause(YamlFields.list(path, node, LocalPolicies::match));
    }

    /** Unknown fields are ignored here, as upstream does. */
    private static Match match(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        return Match.builder()
                .namespaces(fields.listOrEmpty("namespaces", LocalPolicies::text))
                .notNamespaces(fields.listOrEmpty("notNamespaces", LocalPolicies::text))
                .serviceAccounts(fields.listOrEmpty("serviceAccounts", LocalPolicies::account))
                .notServiceAccounts(fields.listOrEmpty("notServiceAccounts", LocalPolicies::account))
                .principals(fields.listOrEmpty("principals", LocalPolicies::text))
                .notPrincipals(fields.listOrEmpty("notPrincipals", LocalPolicies::text))
                .sourceIps(fields.listOrEmpty("sourceIps", Places::block))
                .notSourceIps(fields.listOrEmpty("notSourceIps", Places::block))
                .destinationIps(fields.listOrEmpty("destinationIps", Places::block))
                .notDestinationIps(fields.listOrEmpty("notDestinationIps", Places::block))
                .destinationPorts(fields.listOrEmpty("destinationPorts", YamlFields::port))
                .notDestinationPorts(fields.listOrEmpty("notDestinationPorts", YamlFields::port))
                .build();
    }

    private static ServiceAccountMatch account(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        return new ServiceAccountMatch(fields.text("namespace"), fields.text("serviceAccount"));
    }

    private static StringMatch text(String path, YamlNode node) throws LocalFileException {
        String tag = node.tag() == null ? "" : node.tag();
        if (node instanceof YamlNode.Scalar scalar) {
            switch (tag) {
                case "!Exact" -> {
                    return new StringMatch.Exact(scalar.text());
                }
                case "!Prefix" -> {
                    return new StringMatch.Prefix(scalar.text());
                }
                case "!Suffix" -> {
                    return new StringMatch.Suffix(scalar.text());
                }
                default -> {}
            }
        }
        boolean empty = (node instanceof YamlNode.Sequence list && list.items().isEmpty())
                || (node instanceof YamlNode.Scalar bare
                        && bare.plain()
                        && bare.text().isEmpty());
        if (tag.equals("!Presence") && empty) {
            return new StringMatch.Presence();
        }
        throw YamlFields.problem(path, node, "expected: !Exact, !Prefix or !Suffix before a text, or !Presence []");
    }
}
