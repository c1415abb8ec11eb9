package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.VirtualService.ClientMatch;
import mesh.ambit.kube.VirtualService.ConnectionMatch;
import mesh.ambit.kube.VirtualService.ConnectionRule;
import mesh.ambit.kube.VirtualService.Cors;
import mesh.ambit.kube.VirtualService.Delegate;
import mesh.ambit.kube.VirtualService.Destination;
import mesh.ambit.kube.VirtualService.DirectResponse;
import mesh.ambit.kube.VirtualService.Fault;
import mesh.ambit.kube.VirtualService.HeaderMaps;
import mesh.ambit.kube.VirtualService.HeaderOperations;
import mesh.ambit.kube.VirtualService.HttpMatch;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.Mirror;
import mesh.ambit.kube.VirtualService.Redirect;
import mesh.ambit.kube.VirtualService.Retries;
import mesh.ambit.kube.VirtualService.Rewrite;
import mesh.ambit.kube.VirtualService.WeightedDestination;
import org.jspecify.annotations.Nullable;

/** Reads virtual services. */
final class TrafficObjects {
    private TrafficObjects() {}

    static VirtualService virtualService(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<HttpRule> http = new ArrayList<>();
        spec.children("http").forEach(rule -> http.add(http(rule)));
        return new VirtualService(
                meta,
                spec.textList("hosts"),
                spec.textList("gateways"),
                spec.textList("exportTo"),
                http,
                connections(spec, "tls"),
                connections(spec, "tcp"));
    }

    private static HttpRule http(Fields rule) {
        List<HttpMatch> matches = new ArrayList<>();
        rule.children("match").forEach(match -> matches.add(match(match)));
        return new HttpRule(
                rule.text("name"),
                matches,
                route(rule),
                redirect(rule.child("redirect")),
                directResponse(rule.child("directResponse")),
                delegate(rule.child("delegate")),
                rewrite(rule.child("rewrite")),
                SpecFields.duration(rule, "timeout"),
                retries(rule.child("retries")),
                fault(rule.child("fault")),
                mirrors(rule),
                cors(rule.child("corsPolicy")),
                headers(rule.child("headers")));
    }

    private static HttpMatch match(Fields match) {
        return new HttpMatch(
                match.text("name"),
                comparison(match.child("uri")),
                match.flag("ignoreUriCase"),
                comparison(match.child("scheme")),
                comparison(match.child("method")),
                comparison(match.child("authority")),
                comparisons(match, "headers"),
                comparisons(match, "withoutHeaders"),
                comparisons(match, "queryParams"),
                client(match),
                match.text("statPrefix"));
    }

    private static ClientMatch client(Fields match) {
        return new ClientMatch(
                match.numberOrNull("port"),
                match.texts("sourceLabels"),
                match.text("sourceNamespace"),
                match.textList("gateways"));
    }

    private static Map<String, StringMatch> comparisons(Fields owner, String name) {
        Map<String, StringMatch> comparisons = new LinkedHashMap<>();
        Fields fields = owner.childOrEmpty(name);
        for (String key : fields.names()) {
            StringMatch comparison = comparison(fields.child(key));
            comparisons.put(key, comparison == null ? new StringMatch(StringMatch.Type.PRESENT, "") : comparison);
        }
        return comparisons;
    }

    /** An empty comparison asks for nothing but that the text is there. */
    static @Nullable StringMatch comparison(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        String exact = fields.textOrNull("exact");
        String prefix = fields.textOrNull("prefix");
        String regex = fields.textOrNull("regex");
        if (exact != null) {
            return new StringMatch(StringMatch.Type.EXACT, exact);
        }
        if (prefix != null) {
            return new StringMatch(StringMatch.Type.PREFIX, prefix);
        }
        return regex == null
                ? new StringMatch(StringMatch.Type.PRESENT, "")
                : new StringMatch(StringMatch.Type.REGEX, regex);
    }

    private static List<WeightedDestination> route(Fields rule) {
        List<WeightedDestination> route = new ArrayList<>();
        for (Fields each : rule.children("route")) {
            route.add(new WeightedDestination(
                    destination(each.childOrEmpty("destination")),
                    each.number("weight"),
                    headers(each.child("headers"))));
        }
        return route;
    }

    private static Destination destination(Fields destination) {
        return new Destination(
                destination.text("host"),
                destination.text("subset"),
                destination.childOrEmpty("port").numberOrNull("number"));
    }

    private static HeaderOperations headers(@Nullable Fields headers) {
        return headers == null
                ? HeaderOperations.NONE
                : new HeaderOperations(
                        headerMaps(headers.childOrEmpty("request")), headerMaps(headers.childOrEmpty("response")));
    }

    private static HeaderMaps headerMaps(Fields fields) {
        return new HeaderMaps(fields.texts("set"), fields.texts("add"), fields.textList("remove"));
    }

    private static @Nullable Redirect redirect(@Nullable Fields redirect) {
        return redirect == null
                ? null
                : new Redirect(
                        redirect.text("uri"),
                        redirect.text("prefixRewrite"),
                        redirect.text("authority"),
                        redirect.text("scheme"),
                        redirect.numberOrNull("port"),
                        redirect.text("derivePort"),
                        redirect.numberOrNull("redirectCode"));
    }

    private static @Nullable DirectResponse directResponse(@Nullable Fields response) {
        if (response == null) {
            return null;
        }
        Fields body = response.childOrEmpty("body");
        return new DirectResponse(response.number("status"), body.text("string"), body.text("bytes"));
    }

    private static @Nullable Delegate delegate(@Nullable Fields delegate) {
        return delegate == null ? null : new Delegate(delegate.text("name"), delegate.text("namespace"));
    }

    private static @Nullable Rewrite rewrite(@Nullable Fields rewrite) {
        if (rewrite == null) {
            return null;
        }
        Fields regex = rewrite.childOrEmpty("uriRegexRewrite");
        return new Rewrite(rewrite.text("uri"), rewrite.text("authority"), regex.text("match"), regex.text("rewrite"));
    }

    private static @Nullable Retries retries(@Nullable Fields retries) {
        return retries == null
                ? null
                : new Retries(
                        retries.number("attempts"),
                        SpecFields.duration(retries, "perTryTimeout"),
                        retries.text("retryOn"),
                        retries.flagOrNull("retryRemoteLocalities"),
                        retries.flagOrNull("retryIgnorePreviousHosts"),
                        SpecFields.duration(retries, "backoff"));
    }

    private static @Nullable Fault fault(@Nullable Fields fault) {
        if (fault == null) {
            return null;
        }
        Fields delay = fault.childOrEmpty("delay");
        Fields abort = fault.childOrEmpty("abort");
        Integer deprecated = delay.numberOrNull("percent");
        Double percent = SpecFields.percent(delay, "percentage");
        return new Fault(
                SpecFields.duration(delay, "fixedDelay"),
                percent == null && deprecated != null ? Double.valueOf(deprecated) : percent,
                abort.numberOrNull("httpStatus"),
                abort.text("grpcStatus"),
                SpecFields.percent(abort, "percentage"));
    }

    private static List<Mirror> mirrors(Fields rule) {
        List<Mirror> mirrors = new ArrayList<>();
        Fields single = rule.child("mirror");
        if (single != null) {
            Double percent = SpecFields.percent(rule, "mirrorPercentage");
            Integer deprecated = rule.numberOrNull("mirrorPercent");
            Integer older = rule.numberOrNull("mirror_percent");
            Integer whole = deprecated == null ? older : deprecated;
            mirrors.add(new Mirror(
                    destination(single), percent == null && whole != null ? Double.valueOf(whole) : percent));
        }
        for (Fields each : rule.children("mirrors")) {
            mirrors.add(
                    new Mirror(destination(each.childOrEmpty("destination")), SpecFields.percent(each, "percentage")));
        }
        return mirrors;
    }

    private static @Nullable Cors cors(@Nullable Fields cors) {
        if (cors == null) {
            return null;
        }
        List<StringMatch> origins = new ArrayList<>();
        cors.textList("allowOrigin").forEach(origin -> origins.add(new StringMatch(StringMatch.Type.EXACT, origin)));
        for (Fields each : cors.children("allowOrigins")) {
            StringMatch origin = comparison(each);
            if (origin != null) {
                origins.add(origin);
            }
        }
        return new Cors(
                origins,
                cors.textList("allowMethods"),
                cors.textList("allowHeaders"),
                cors.textList("exposeHeaders"),
                SpecFields.duration(cors, "maxAge"),
                cors.flagOrNull("allowCredentials"),
                cors.text("unmatchedPreflights"));
    }

    private static List<ConnectionRule> connections(Fields spec, String name) {
        List<ConnectionRule> rules = new ArrayList<>();
        for (Fields rule : spec.children(name)) {
            List<ConnectionMatch> matches = new ArrayList<>();
            for (Fields match : rule.children("match")) {
                matches.add(new ConnectionMatch(
                        match.textList("sniHosts"),
                        match.textList("destinationSubnets"),
                        match.text("sourceSubnet"),
                        client(match)));
            }
            rules.add(new ConnectionRule(matches, route(rule)));
        }
        return rules;
    }
}
