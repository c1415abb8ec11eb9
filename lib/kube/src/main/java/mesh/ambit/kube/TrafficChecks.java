package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.VirtualService.ConnectionRule;
import mesh.ambit.kube.VirtualService.HttpMatch;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.Redirect;
import mesh.ambit.kube.VirtualService.WeightedDestination;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in routes, beyond the schemas; and expressions that are not linear. */
final class TrafficChecks {
    private static final int MAX_PERCENT = 100;

    /** What the name begins with by which a proxy is asked for a service of the mesh in TLS. */
    private static final String SNI = "outbound_";

    private TrafficChecks() {}

    /** Checks an object that fits its schema. */
    static void object(Fields object, KubeObject read) {
        Fields spec = object.childOrEmpty("spec");
        switch (read) {
            case VirtualService service -> virtualService(spec, service);
            case DestinationRule rule -> DestinationChecks.rule(spec, rule);
            case RequestAuthentication authentication -> ReportChecks.authentication(spec, authentication);
            case Telemetry telemetry -> ReportChecks.telemetry(spec, telemetry);
            case HttpRoute route -> httpRoute(spec, route);
            case GrpcRoute route -> grpcRoute(spec, route);
            default -> {}
        }
    }

    private static void virtualService(Fields spec, VirtualService read) {
        boolean delegate = read.hosts().isEmpty();
        if (delegate && !read.gateways().isEmpty()) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "gateways", "stands without hosts", "name hosts, or remove it");
        }
        if (delegate && (!read.tls().isEmpty() || !read.tcp().isEmpty())) {
            spec.found(ProblemCode.MISSING_FIELD, "hosts", "only rules for HTTP can be delegated", "name hosts");
        }
        boolean inMesh = read.gateways().isEmpty() || read.gateways().contains(VirtualService.MESH);
        GatewayNames.check(spec, read.gateways());
        Exports.check(spec, read.metadata().namespace(), read.exportTo(), false);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < read.hosts().size(); i++) {
            String host = read.hosts().get(i);
            String wrong = host.equals("*") && inMesh
                    ? "every host of the mesh cannot be meant"
                    : Hosts.isHost(host)
                                    || Hosts.isAddress(host)
                                    || (host.startsWith(SNI) && !read.tls().isEmpty())
                            ? ""
                            : "is no host";
            if (wrong.isEmpty() && !seen.add(host)) {
                wrong = "is there twice";
            }
            if (!wrong.isEmpty()) {
                spec.foundItem(ProblemCode.INVALID_NAME, "hosts", i, "\"" + host + "\": " + wrong, "");
            }
        }
        if (read.http().isEmpty() && read.tls().isEmpty() && read.tcp().isEmpty()) {
            spec.foundHere(ProblemCode.NO_EFFECT, "has no rule", "write http, tls or tcp");
        }
        List<Fields> http = spec.children("http");
        for (int i = 0; i < read.http().size(); i++) {
            http(http.get(i), read.http().get(i), delegate);
        }
        connections(spec.children("tls"), read.tls(), true);
        connections(spec.children("tcp"), read.tcp(), false);
    }

    private static void http(Fields fields, HttpRule rule, boolean delegate) {
        int actions = (rule.route().isEmpty() ? 0 : 1)
                + (rule.redirect() == null ? 0 : 1)
                + (rule.directResponse() == null ? 0 : 1)
                + (rule.delegate() == null ? 0 : 1);
        if (actions != 1) {
            fields.foundHere(
                    ProblemCode.CONFLICTING_FIELDS,
                    actions == 0 ? "says not where requests go" : "says in several ways where requests go",
                    "use one of route, redirect, directResponse, delegate");
        }
        if (delegate && rule.delegate() != null) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "delegate", "a delegate cannot delegate", "");
        }
        boolean answers = rule.redirect() != null || rule.directResponse() != null;
        if (answers && rule.rewrite() != null) {
            fields.found(
                    ProblemCode.CONFLICTING_FIELDS, "rewrite", "nothing is passed on to be rewritten", "remove it");
        }
        if (rule.redirect() != null && rule.fault() != null) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "fault", "stands beside redirect", "remove one");
        }
        redirect(fields, rule.redirect());
        VirtualService.DirectResponse response = rule.directResponse();
        if (response != null && (response.status() < 200 || response.status() > 599)) {
            fields.found(
                    ProblemCode.INVALID_VALUE, "directResponse", response.status() + " is no status", "200 to 599");
        }
        VirtualService.Rewrite rewrite = rule.rewrite();
        if (rewrite != null && !rewrite.regex().isEmpty()) {
            regex(fields, "rewrite", rewrite.regex());
            if (!rewrite.uri().isEmpty()) {
                fields.found(ProblemCode.CONFLICTING_FIELDS, "rewrite", "uri stands beside uriRegexRewrite", "use one");
            }
        }
        weights(fields, rule.route());
        fault(fields, rule.fault());
        if (fields.has("mirror") && fields.has("mirrors")) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "mirror", "stands beside mirrors", "use mirrors");
        }
        if (rule.mirrors().stream().anyMatch(mirror -> isNoPercentage(mirror.percent()))) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    fields.has("mirrors") ? "mirrors" : "mirrorPercentage",
                    "out of range",
                    "0 to 100");
        }
        VirtualService.Retries retries = rule.retries();
        if (retries != null && retries.attempts() < 0) {
            fields.found(ProblemCode.INVALID_VALUE, "retries", "attempts are negative", "0 for none");
        }
        List<Fields> matches = fields.children("match");
        for (int i = 0; i < rule.matches().size(); i++) {
            match(matches.get(i), rule.matches().get(i));
        }
    }

    private static void redirect(Fields fields, @Nullable Redirect redirect) {
        if (redirect == null) {
            return;
        }
        Integer code = redirect.code();
        if (code != null && code != 0 && (code < 300 || code > 399)) {
            fields.found(ProblemCode.INVALID_VALUE, "redirect", code + " is no code of a redirect", "300 to 399");
        }
        Integer port = redirect.port();
        if (port != null && (port < 1 || port > Checks.MAX_PORT)) {
            fields.found(ProblemCode.INVALID_PORT, "redirect", port + " is not a port", "1 to 65535");
        }
    }

    private static void match(Fields fields, HttpMatch match) {
        comparison(fields, "uri", match.uri());
        comparison(fields, "scheme", match.scheme());
        comparison(fields, "method", match.method());
        comparison(fields, "authority", match.authority());
        comparisons(fields, "headers", match.headers());
        comparisons(fields, "withoutHeaders", match.withoutHeaders());
        comparisons(fields, "queryParams", match.queryParams());
    }

    private static void comparisons(Fields fields, String name, Map<String, StringMatch> comparisons) {
        comparisons.forEach((key, comparison) -> {
            if (key.isEmpty()) {
                fields.found(ProblemCode.MISSING_FIELD, name, "a name is empty", "");
            }
            comparison(fields, name, comparison);
        });
    }

    private static void comparison(Fields fields, String name, @Nullable StringMatch comparison) {
        if (comparison != null && comparison.type() == StringMatch.Type.REGEX) {
            regex(fields, name, comparison.value());
        }
    }

    private static void regex(Fields fields, String name, String regex) {
        String wrong = Regexes.wrong(regex);
        if (!wrong.isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, name, "the expression " + wrong, "write it in the syntax of RE2");
        }
    }

    private static void weights(Fields fields, List<WeightedDestination> route) {
        long total = 0;
        for (int i = 0; i < route.size(); i++) {
            WeightedDestination each = route.get(i);
            total += each.weight();
            if (each.weight() < 0) {
                fields.foundItem(ProblemCode.INVALID_VALUE, "route", i, "a weight is negative", "");
            }
            destination(fields, "route", i, each.destination());
        }
        if (route.size() > 1 && total == 0) {
            fields.found(ProblemCode.INVALID_VALUE, "route", "no destination has a weight", "give each a share");
        }
    }

    private static void destination(Fields fields, String name, int index, VirtualService.Destination destination) {
        if (!Hosts.isHost(destination.host()) || destination.host().equals("*")) {
            fields.foundItem(
                    ProblemCode.INVALID_NAME, name, index, "\"" + destination.host() + "\" is no destination", "");
        }
        if (!destination.subset().isEmpty() && !Hosts.isLabel(destination.subset())) {
            fields.foundItem(
                    ProblemCode.INVALID_NAME, name, index, "\"" + destination.subset() + "\" is no subset", "");
        }
        List<Fields> all = fields.children(name);
        boolean hasPort =
                index < all.size() && all.get(index).childOrEmpty("destination").has("port");
        Integer port = destination.port();
        if (port == null ? hasPort : (port < 1 || port > Checks.MAX_PORT)) {
            fields.foundItem(ProblemCode.INVALID_PORT, name, index, port + " is not a port", "1 to 65535");
        }
    }

    private static void fault(Fields fields, VirtualService.@Nullable Fault fault) {
        if (fault == null) {
            return;
        }
        if (fields.childOrEmpty("fault").saysNothing()) {
            fields.found(ProblemCode.NO_EFFECT, "fault", "says nothing to do", "write abort or delay");
        }
        Integer status = fault.abortStatus();
        boolean strange = status != null && (status < 200 || status > 599);
        if (strange || isNoPercentage(fault.delayPercent()) || isNoPercentage(fault.abortPercent())) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    "fault",
                    "a number is out of range",
                    "status 200 to 599, 0 to 100 percent");
        }
    }

    private static boolean isNoPercentage(@Nullable Double percent) {
        return percent != null && (percent < 0 || percent > MAX_PERCENT);
    }

    private static void connections(List<Fields> fields, List<ConnectionRule> rules, boolean tls) {
        for (int i = 0; i < rules.size(); i++) {
            ConnectionRule rule = rules.get(i);
            if (rule.route().isEmpty()) {
                fields.get(i).foundHere(ProblemCode.MISSING_FIELD, "says not where connections go", "write route");
            }
            if (tls && rule.matches().isEmpty()) {
                fields.get(i).foundHere(ProblemCode.MISSING_FIELD, "needs a match with sniHosts", "");
            }
            weights(fields.get(i), rule.route());
            List<Fields> matches = fields.get(i).children("match");
            for (int j = 0; j < rule.matches().size(); j++) {
                Checks.ranges(
                        matches.get(j),
                        "destinationSubnets",
                        rule.matches().get(j).destinationSubnets());
            }
        }
    }

    private static void httpRoute(Fields spec, HttpRoute route) {
        List<Fields> rules = spec.children("rules");
        for (int i = 0; i < route.rules().size(); i++) {
            List<Fields> matches = rules.get(i).children("matches");
            for (int j = 0; j < matches.size(); j++) {
                HttpRoute.Match match = route.rules().get(i).matches().get(j);
                if (match.path().type() == HttpRoute.PathType.REGEX) {
                    regex(matches.get(j), "path", match.path().value());
                }
                values(matches.get(j), "headers", match.headers());
                values(matches.get(j), "queryParams", match.queryParams());
            }
        }
    }

    private static void grpcRoute(Fields spec, GrpcRoute route) {
        List<Fields> rules = spec.children("rules");
        for (int i = 0; i < route.rules().size(); i++) {
            List<Fields> matches = rules.get(i).children("matches");
            for (int j = 0; j < matches.size(); j++) {
                GrpcRoute.Match match = route.rules().get(i).matches().get(j);
                GrpcRoute.MethodMatch method = match.method();
                if (method != null && method.regex()) {
                    regex(matches.get(j), "method", method.service());
                    regex(matches.get(j), "method", method.method());
                }
                values(matches.get(j), "headers", match.headers());
            }
        }
    }

    private static void values(Fields match, String name, List<HttpRoute.ValueMatch> values) {
        for (HttpRoute.ValueMatch value : values) {
            if (value.regex()) {
                regex(match, name, value.value());
            }
        }
    }
}
