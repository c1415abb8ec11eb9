package mesh.ambit.kube;

import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.RequestAuthentication.ClaimHeader;
import mesh.ambit.kube.RequestAuthentication.JwtRule;
import mesh.ambit.kube.cel.CelSyntax;

/** What upstream's admission webhook refuses in what attaches to workloads, beyond the schemas. */
final class ReportChecks {
    private static final int MAX_PERCENT = 100;

    private ReportChecks() {}

    static void authentication(Fields spec, RequestAuthentication read) {
        targets(spec, read.targetRefs());
        List<Fields> rules = spec.children("jwtRules");
        for (int i = 0; i < rules.size(); i++) {
            Fields fields = rules.get(i);
            JwtRule rule = read.rules().get(i);
            if (rule.issuer().isEmpty() && rule.jwksUri().isEmpty()) {
                fields.found(ProblemCode.MISSING_FIELD, "issuer", "stands nowhere, nor does jwksUri", "name one");
            }
            if (rule.audiences().contains("")) {
                fields.found(ProblemCode.INVALID_VALUE, "audiences", "an audience is empty", "remove it");
            }
            String wrong = rule.jwks().isEmpty() ? "" : KeySets.wrong(rule.jwks());
            if (!wrong.isEmpty()) {
                fields.found(ProblemCode.INVALID_VALUE, "jwks", wrong, "a set of keys in JSON: {\"keys\": [...]}");
            }
            if (rule.fromHeaders().stream().anyMatch(header -> header.name().isEmpty())) {
                fields.found(ProblemCode.MISSING_FIELD, "fromHeaders", "a header has no name", "");
            }
            if (rule.fromParams().contains("")) {
                fields.found(ProblemCode.INVALID_VALUE, "fromParams", "a parameter has no name", "");
            }
            if (rule.fromCookies().contains("")) {
                fields.found(ProblemCode.INVALID_VALUE, "fromCookies", "a cookie has no name", "");
            }
            rule.claimsToHeaders().forEach(each -> claim(fields, each));
            SpecFields.checkSpans(fields, "timeout");
        }
    }

    private static void claim(Fields rule, ClaimHeader read) {
        if (read.header().isEmpty() || read.claim().isEmpty()) {
            rule.found(ProblemCode.MISSING_FIELD, "outputClaimToHeaders", "needs header and claim", "");
        } else if (!HeaderChecks.isPlainName(read.header())) {
            rule.found(
                    ProblemCode.INVALID_NAME,
                    "outputClaimToHeaders",
                    "\"" + read.header() + "\" is no header",
                    "expected letters, digits, hyphens and underscores");
        }
    }

    private static void targets(Fields spec, List<TargetRef> read) {
        Fields single = spec.child("targetRef");
        List<Fields> targets = single == null ? spec.children("targetRefs") : List.of(single);
        for (int i = 0; i < Math.min(targets.size(), read.size()); i++) {
            PolicyChecks.target(targets.get(i), read.get(i));
        }
    }

    static void telemetry(Fields spec, Telemetry read) {
        targets(spec, read.targetRefs());
        if (read.selector() != null && !read.targetRefs().isEmpty()) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "selector", "stands beside targetRefs", "use one of the two");
        }
        for (Fields tracing : spec.children("tracing")) {
            tracing(tracing);
        }
        for (Fields metrics : spec.children("metrics")) {
            providers(metrics);
            metrics.children("overrides").forEach(ReportChecks::override);
        }
        for (Fields logging : spec.children("accessLogging")) {
            providers(logging);
            Fields filter = logging.child("filter");
            String wrong = filter == null ? "" : CelSyntax.wrong(filter.text("expression"));
            if (filter != null && !wrong.isEmpty()) {
                filter.found(
                        ProblemCode.INVALID_VALUE, "expression", wrong, "in CEL, for example response.code >= 400");
            }
        }
    }

    private static void providers(Fields fields) {
        for (Fields provider : fields.children("providers")) {
            if (provider.text("name").isEmpty()) {
                provider.found(ProblemCode.MISSING_FIELD, "name", "a provider needs a name", "");
            }
        }
    }

    private static void tracing(Fields fields) {
        providers(fields);
        Double percent = fields.decimalOrNull("randomSamplingPercentage");
        if (percent != null && (percent < 0 || percent > MAX_PERCENT)) {
            fields.found(
                    ProblemCode.INVALID_VALUE, "randomSamplingPercentage", percent + " is no percentage", "0 to 100");
        }
        Fields tags = fields.childOrEmpty("customTags");
        for (String name : tags.names()) {
            if (name.isEmpty()) {
                fields.foundEntry(ProblemCode.MISSING_FIELD, "customTags", name, "a tag has no name", "");
            }
            Fields tag = tags.childOrEmpty(name);
            for (String source : List.of("literal", "header", "environment")) {
                String part = source.equals("literal") ? "value" : "name";
                Fields from = tag.child(source);
                if (from != null && from.text(part).isEmpty()) {
                    from.found(ProblemCode.MISSING_FIELD, part, "must be there", "");
                }
            }
        }
    }

    private static void override(Fields fields) {
        Fields tags = fields.childOrEmpty("tagOverrides");
        for (String name : tags.names()) {
            Fields tag = tags.childOrEmpty(name);
            boolean removes = tag.text("operation").equals("REMOVE");
            if (removes == !tag.text("value").isEmpty()) {
                tag.found(
                        removes ? ProblemCode.CONFLICTING_FIELDS : ProblemCode.MISSING_FIELD,
                        "value",
                        removes ? "stands beside operation REMOVE" : "must be there",
                        removes ? "remove it" : "or set operation to REMOVE");
            }
        }
        Fields match = fields.childOrEmpty("match");
        if (match.has("customMetric") && match.text("customMetric").isEmpty()) {
            match.found(ProblemCode.MISSING_FIELD, "customMetric", "is empty", "name a metric");
        }
    }
}
