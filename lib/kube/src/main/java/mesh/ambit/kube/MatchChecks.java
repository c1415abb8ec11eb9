package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.VirtualService.ClientMatch;
import mesh.ambit.kube.VirtualService.ConnectionMatch;
import mesh.ambit.kube.VirtualService.HttpMatch;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in the conditions of a VirtualService's rules. */
final class MatchChecks {
    private MatchChecks() {}

    /**
     * Checks the conditions of a rule for requests.
     *
     * @param claims whether claims of tokens can be asked for, as at a gateway
     */
    static void http(Fields fields, HttpMatch match, boolean claims) {
        expression(fields, "uri", match.uri());
        comparison(fields, "scheme", match.scheme());
        comparison(fields, "method", match.method());
        comparison(fields, "authority", match.authority());
        headers(fields, "headers", match.headers(), claims);
        headers(fields, "withoutHeaders", match.withoutHeaders(), claims);
        Fields parameters = fields.childOrEmpty("queryParams");
        match.queryParams().forEach((name, comparison) -> comparison(parameters, name, comparison));
        client(fields, match.client());
        String namespace = match.client().sourceNamespace();
        if (!namespace.isEmpty() && !Hosts.isLabel(namespace)) {
            fields.found(ProblemCode.INVALID_NAME, "sourceNamespace", "\"" + namespace + "\" is no namespace", "");
        }
    }

    /** Checks the conditions of a rule for connections. */
    static void connection(Fields fields, ConnectionMatch match) {
        Checks.ranges(fields, "destinationSubnets", match.destinationSubnets());
        client(fields, match.client());
    }

    private static void client(Fields fields, ClientMatch client) {
        Integer port = client.port();
        if (port != null && port != 0) {
            Checks.port(fields, "port", port);
        }
        Checks.instanceLabels(fields, "sourceLabels", client.sourceLabels());
        GatewayNames.check(fields, client.gateways());
    }

    private static void headers(Fields match, String field, Map<String, StringMatch> headers, boolean claims) {
        Fields fields = match.childOrEmpty(field);
        headers.forEach((name, comparison) -> {
            if (!HeaderChecks.isMatchable(name)) {
                match.foundEntry(ProblemCode.INVALID_NAME, field, name, "\"" + name + "\" is no header", "");
            } else if (!claims && HeaderChecks.isClaim(name)) {
                match.foundEntry(
                        ProblemCode.CONFLICTING_FIELDS,
                        field,
                        name,
                        "claims of tokens are known at gateways only",
                        "name gateways, but not mesh");
            }
            boolean absence = field.equals("withoutHeaders")
                    && comparison.type() == StringMatch.Type.REGEX
                    && comparison.value().equals("*");
            if (!absence) {
                comparison(fields, name, comparison);
            }
        });
    }

    private static void comparison(Fields fields, String name, @Nullable StringMatch comparison) {
        if (comparison != null
                && comparison.type() == StringMatch.Type.PREFIX
                && comparison.value().isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, name, "the prefix is empty", "write one, or {} for any value");
        }
        expression(fields, name, comparison);
    }

    /** Checks the expression of a comparison, if it is one. */
    static void expression(Fields fields, String name, @Nullable StringMatch comparison) {
        if (comparison == null || comparison.type() != StringMatch.Type.REGEX) {
            return;
        }
        if (comparison.value().isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, name, "the expression is empty", "write one, or {} for any value");
        }
        regex(fields, name, comparison.value());
    }

    /** Checks that a text is an expression that takes linear time. */
    static void regex(Fields fields, String name, String regex) {
        String wrong = Regexes.wrong(regex);
        if (!wrong.isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, name, "the expression " + wrong, "write it in the syntax of RE2");
        }
    }

    /** Checks what a name in a TLS hello must be to be a condition of a rule for these hosts. */
    static void names(Fields fields, List<String> names, List<String> hosts, boolean gateway) {
        if (names.isEmpty()) {
            fields.found(
                    ProblemCode.MISSING_FIELD, "sniHosts", "names no host", "name hosts that are asked for in TLS");
        }
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            boolean isName = gateway ? Hosts.isHostOrPassedThrough(name) : Hosts.isHost(name);
            if (!isName && !Hosts.isAddress(name)) {
                fields.foundItem(ProblemCode.INVALID_NAME, "sniHosts", i, "\"" + name + "\" is no host", "");
            } else if (isName && hosts.stream().noneMatch(host -> Hosts.isWithin(name, host))) {
                fields.foundItem(
                        ProblemCode.CONFLICTING_FIELDS,
                        "sniHosts",
                        i,
                        "\"" + name + "\" is within none of the hosts of the object",
                        "name it in hosts too");
            }
        }
    }
}
