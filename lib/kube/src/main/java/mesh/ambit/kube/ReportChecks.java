package mesh.ambit.kube;

import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.RequestAuthentication.JwtRule;
import mesh.ambit.kube.Telemetry.Tracing;

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
            if (!rule.jwks().isEmpty() && !isKeySet(rule.jwks())) {
                fields.found(ProblemCode.INVALID_VALUE, "jwks", "is no set of keys", "a JSON object with keys");
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
            rule.claimsToHeaders().forEach(each -> {
                if (each.header().isEmpty() || each.claim().isEmpty()) {
                    fields.found(ProblemCode.MISSING_FIELD, "outputClaimToHeaders", "needs header and claim", "");
                }
            });
        }
    }

    private static boolean isKeySet(String text) {
        try {
            List<YamlValue> documents = YamlReader.read(text);
            return !documents.isEmpty()
                    && documents.getFirst() instanceof YamlValue.Mapping set
                    && set.find("keys") instanceof YamlValue.Sequence;
        } catch (YamlProblem e) {
            return false;
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
        for (Tracing tracing : read.tracing()) {
            Double percent = tracing.samplingPercent();
            if (percent != null && (percent < 0 || percent > MAX_PERCENT)) {
                spec.found(ProblemCode.INVALID_VALUE, "tracing", percent + " is no percentage", "0 to 100");
            }
        }
    }
}
