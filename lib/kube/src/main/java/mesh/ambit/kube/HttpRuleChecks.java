package mesh.ambit.kube;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import mesh.ambit.kube.VirtualService.Cors;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.Redirect;
import mesh.ambit.kube.VirtualService.Retries;
import mesh.ambit.kube.VirtualService.Rewrite;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in what a VirtualService does with requests. */
final class HttpRuleChecks {
    private static final int MAX_PERCENT = 100;
    private static final int MAX_BODY = 1 << 20;

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

    private HttpRuleChecks() {}

    /** Checks a rule, but for its conditions. */
    static void check(Fields fields, HttpRule rule, boolean delegate) {
        actions(fields, rule, delegate);
        redirect(fields, rule);
        response(fields, rule.directResponse());
        Rewrite rewrite = rule.rewrite();
        if (rewrite != null) {
            rewrite(fields.childOrEmpty("rewrite"), rewrite);
        }
        HeaderChecks.operations(fields, rule.headers(), rewrite == null ? "" : rewrite.authority());
        VirtualServiceChecks.weights(fields, rule.route());
        List<Fields> route = fields.children("route");
        for (int i = 0; i < route.size(); i++) {
            HeaderChecks.changes(route.get(i), rule.route().get(i).headers());
        }
        Fields fault = fields.child("fault");
        if (fault != null) {
            FaultChecks.check(fault);
        }
        mirrors(fields, rule);
        Retries retries = rule.retries();
        if (retries != null) {
            RetryChecks.check(fields.childOrEmpty("retries"), retries);
        }
        Cors cors = rule.cors();
        if (cors != null) {
            cors(fields.childOrEmpty("corsPolicy"), cors);
        }
        SpecFields.checkSpans(fields, "timeout");
    }

    private static void actions(Fields fields, HttpRule rule, boolean delegate) {
        boolean redirects = rule.redirect() != null;
        boolean answers = rule.directResponse() != null;
        boolean routes = !rule.route().isEmpty();
        if (rule.delegate() != null && !delegate) {
            if (redirects || routes) {
                severalActions(fields);
            }
            return;
        }
        if (rule.delegate() != null) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "delegate", "a delegate cannot delegate", "");
        }
        if ((redirects && answers) || (routes && (redirects || answers))) {
            severalActions(fields);
        } else if (!redirects && !answers && !routes) {
            fields.foundHere(
                    ProblemCode.CONFLICTING_FIELDS,
                    "says not where requests go",
                    "use one of route, redirect, directResponse, delegate");
        }
        if (redirects || answers) {
            String answer = redirects ? "redirect" : "directResponse";
            for (String name : List.of("rewrite", "fault")) {
                if (fields.has(name)) {
                    fields.found(ProblemCode.CONFLICTING_FIELDS, name, "stands beside " + answer, "remove one");
                }
            }
        }
        if (fields.has("mirror") && !fields.children("mirrors").isEmpty()) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "mirror", "stands beside mirrors", "use mirrors");
        }
    }

    private static void severalActions(Fields fields) {
        fields.foundHere(
                ProblemCode.CONFLICTING_FIELDS,
                "says in several ways where requests go",
                "use one of route, redirect, directResponse, delegate");
    }

    private static void redirect(Fields rule, HttpRule read) {
        Redirect redirect = read.redirect();
        if (redirect == null) {
            return;
        }
        boolean rewrites = !redirect.prefixRewrite().isEmpty();
        if (rewrites && !redirect.uri().isEmpty()) {
            rule.found(ProblemCode.CONFLICTING_FIELDS, "redirect", "uri stands beside prefixRewrite", "use one");
        }
        boolean onlyPrefixes = read.matches().stream()
                .allMatch(match -> match.uri() == null || match.uri().type() == StringMatch.Type.PREFIX);
        if (rewrites && !onlyPrefixes) {
            rule.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "redirect",
                    "prefixRewrite replaces a prefix, and a match of the path is none",
                    "match paths by prefix");
        }
        Fields fields = rule.childOrEmpty("redirect");
        boolean port = fields.has("port") || fields.has("derivePort");
        if (!port
                && !rewrites
                && redirect.uri().isEmpty()
                && redirect.authority().isEmpty()
                && redirect.scheme().isEmpty()) {
            rule.found(
                    ProblemCode.NO_EFFECT, "redirect", "leads back to where it was asked", "uri, authority or scheme");
        }
        if (!Set.of("", "http", "https").contains(redirect.scheme())) {
            fields.found(ProblemCode.INVALID_VALUE, "scheme", "\"" + redirect.scheme() + "\"", "http or https");
        }
        Integer code = redirect.code();
        if (code != null && code != 0 && (code < 300 || code > 399)) {
            rule.found(ProblemCode.INVALID_VALUE, "redirect", code + " is no code of a redirect", "300 to 399");
        }
        Integer number = redirect.port();
        if (number != null && number != 0) {
            Checks.port(fields, "port", number);
        }
    }

    private static void response(Fields rule, VirtualService.@Nullable DirectResponse response) {
        if (response == null) {
            return;
        }
        if (!FaultChecks.isStatus(response.status())) {
            rule.found(ProblemCode.INVALID_VALUE, "directResponse", response.status() + " is no status", "200 to 599");
        }
        if (response.text().getBytes(StandardCharsets.UTF_8).length > MAX_BODY
                || response.bytes().length() / 4L * 3 > MAX_BODY) {
            rule.found(ProblemCode.TOO_LARGE, "directResponse", "the body is too large", "at most 1 MiB");
        }
    }

    private static void rewrite(Fields fields, Rewrite rewrite) {
        boolean regex = fields.has("uriRegexRewrite");
        if (regex && !rewrite.uri().isEmpty()) {
            fields.foundHere(ProblemCode.CONFLICTING_FIELDS, "uri stands beside uriRegexRewrite", "use one");
        }
        if (!regex && rewrite.uri().isEmpty() && rewrite.authority().isEmpty()) {
            fields.foundHere(ProblemCode.NO_EFFECT, "rewrites nothing", "uri, uriRegexRewrite or authority");
        }
        if (regex && (rewrite.regex().isEmpty() || rewrite.regexReplacement().isEmpty())) {
            fields.found(ProblemCode.MISSING_FIELD, "uriRegexRewrite", "needs match and rewrite", "");
        }
        MatchChecks.regex(fields, "uriRegexRewrite", rewrite.regex());
    }

    private static void mirrors(Fields fields, HttpRule rule) {
        Fields mirror = fields.child("mirror");
        if (mirror != null) {
            VirtualServiceChecks.destination(mirror, rule.mirrors().getFirst().destination());
        }
        for (String name : List.of("mirrorPercent", "mirror_percent")) {
            Integer percent = fields.numberOrNull(name);
            if (percent != null && (percent < 0 || percent > MAX_PERCENT)) {
                fields.found(ProblemCode.INVALID_VALUE, name, percent + " is out of range", "0 to 100");
            }
        }
        percentage(fields, "mirrorPercentage");
        List<Fields> mirrors = fields.children("mirrors");
        int from = rule.mirrors().size() - mirrors.size();
        for (int i = 0; i < mirrors.size(); i++) {
            if (!mirrors.get(i).has("destination")) {
                mirrors.get(i).found(ProblemCode.MISSING_FIELD, "destination", "must be there", "");
            } else {
                VirtualServiceChecks.destination(
                        mirrors.get(i), rule.mirrors().get(from + i).destination());
            }
            percentage(mirrors.get(i), "percentage");
        }
    }

    private static void percentage(Fields fields, String name) {
        Double percent = SpecFields.percent(fields, name);
        if (percent != null && (percent < 0 || percent > MAX_PERCENT)) {
            fields.found(ProblemCode.INVALID_VALUE, name, "out of range", "0 to 100");
        }
    }

    private static void cors(Fields fields, Cors cors) {
        List<Fields> origins = fields.children("allowOrigins");
        for (int i = 0; i < origins.size(); i++) {
            StringMatch origin = TrafficObjects.comparison(origins.get(i));
            if (origin == null || origin.value().isEmpty()) {
                fields.foundItem(
                        ProblemCode.MISSING_FIELD, "allowOrigins", i, "names no origin", "exact: \"*\" for all");
            } else if (origin.type() == StringMatch.Type.REGEX) {
                MatchChecks.regex(origins.get(i), "regex", origin.value());
            }
        }
        for (int i = 0; i < cors.allowMethods().size(); i++) {
            String method = cors.allowMethods().get(i);
            if (!METHODS.contains(method)) {
                fields.foundItem(
                        ProblemCode.INVALID_VALUE,
                        "allowMethods",
                        i,
                        "\"" + method + "\" is no method",
                        "or * for all");
            }
        }
        headers(fields, "allowHeaders", cors.allowHeaders());
        headers(fields, "exposeHeaders", cors.exposeHeaders());
        SpecFields.checkSpans(fields, "maxAge");
        if (cors.maxAge() != null && cors.maxAge().toNanosPart() > 0) {
            fields.found(ProblemCode.INVALID_VALUE, "maxAge", "has a part of a second", "use whole seconds");
        }
    }

    private static void headers(Fields fields, String field, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (!HeaderChecks.isName(names.get(i))) {
                fields.foundItem(ProblemCode.INVALID_NAME, field, i, "\"" + names.get(i) + "\" is no header", "");
            }
        }
    }
}
