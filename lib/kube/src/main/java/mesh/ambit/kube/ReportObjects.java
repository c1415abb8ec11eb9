package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.RequestAuthentication.ClaimHeader;
import mesh.ambit.kube.RequestAuthentication.JwtRule;
import mesh.ambit.kube.RequestAuthentication.TokenHeader;
import mesh.ambit.kube.Telemetry.AccessLogging;
import mesh.ambit.kube.Telemetry.MetricChange;
import mesh.ambit.kube.Telemetry.Metrics;
import mesh.ambit.kube.Telemetry.Tag;
import mesh.ambit.kube.Telemetry.TagOverride;
import mesh.ambit.kube.Telemetry.Tracing;
import org.jspecify.annotations.Nullable;

/** Reads what attaches to workloads beside policies: whose tokens are good, and what is reported. */
final class ReportObjects {
    private ReportObjects() {}

    static RequestAuthentication requestAuthentication(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<JwtRule> rules = new ArrayList<>();
        for (Fields rule : spec.children("jwtRules")) {
            List<TokenHeader> headers = new ArrayList<>();
            for (Fields header : rule.children("fromHeaders")) {
                headers.add(new TokenHeader(header.text("name"), header.text("prefix")));
            }
            List<ClaimHeader> claims = new ArrayList<>();
            for (Fields claim : rule.children("outputClaimToHeaders")) {
                claims.add(new ClaimHeader(claim.text("header"), claim.text("claim")));
            }
            rules.add(new JwtRule(
                    rule.text("issuer"),
                    rule.textList("audiences"),
                    SpecFields.textOr(rule, "jwksUri", rule.text("jwks_uri")),
                    rule.text("jwks"),
                    headers,
                    rule.textList("fromParams"),
                    rule.textList("fromCookies"),
                    rule.text("outputPayloadToHeader"),
                    claims,
                    rule.flag("forwardOriginalToken"),
                    rule.textList("spaceDelimitedClaims"),
                    SpecFields.duration(rule, "timeout"),
                    rule.text("presence").equals("REQUIRED")));
        }
        return new RequestAuthentication(meta, selector(spec), targets(spec), rules);
    }

    static Telemetry telemetry(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<Tracing> tracing = new ArrayList<>();
        spec.children("tracing").forEach(each -> tracing.add(tracing(each)));
        List<Metrics> metrics = new ArrayList<>();
        for (Fields each : spec.children("metrics")) {
            List<MetricChange> changes = new ArrayList<>();
            each.children("overrides").forEach(change -> changes.add(metricChange(change)));
            metrics.add(new Metrics(providers(each), changes, SpecFields.duration(each, "reportingInterval")));
        }
        List<AccessLogging> logging = new ArrayList<>();
        for (Fields each : spec.children("accessLogging")) {
            logging.add(new AccessLogging(
                    each.childOrEmpty("match").text("mode"),
                    providers(each),
                    each.flagOrNull("disabled"),
                    each.childOrEmpty("filter").text("expression")));
        }
        return new Telemetry(meta, selector(spec), targets(spec), tracing, metrics, logging);
    }

    private static Tracing tracing(Fields fields) {
        Map<String, Tag> tags = new LinkedHashMap<>();
        Fields custom = fields.childOrEmpty("customTags");
        for (String name : custom.names()) {
            Tag tag = tag(custom.childOrEmpty(name));
            if (tag != null) {
                tags.put(name, tag);
            }
        }
        return new Tracing(
                fields.childOrEmpty("match").text("mode"),
                providers(fields),
                fields.decimalOrNull("randomSamplingPercentage"),
                fields.flagOrNull("disableSpanReporting"),
                fields.flagOrNull("disableContextPropagation"),
                fields.flagOrNull("useRequestIdForTraceSampling"),
                fields.flagOrNull("enableIstioTags"),
                tags);
    }

    private static @Nullable Tag tag(Fields tag) {
        for (Tag.Source source : Tag.Source.values()) {
            Fields fields = tag.child(
                    switch (source) {
                        case LITERAL -> "literal";
                        case ENVIRONMENT -> "environment";
                        case HEADER -> "header";
                        case FORMATTER -> "formatter";
                    });
            if (fields != null) {
                boolean named = source == Tag.Source.ENVIRONMENT || source == Tag.Source.HEADER;
                return new Tag(source, fields.text(named ? "name" : "value"), fields.text("defaultValue"));
            }
        }
        return null;
    }

    private static MetricChange metricChange(Fields change) {
        Fields match = change.childOrEmpty("match");
        Map<String, TagOverride> tags = new LinkedHashMap<>();
        Fields overrides = change.childOrEmpty("tagOverrides");
        for (String name : overrides.names()) {
            Fields override = overrides.childOrEmpty(name);
            tags.put(name, new TagOverride(override.text("operation").equals("REMOVE"), override.text("value")));
        }
        String custom = match.text("customMetric");
        return new MetricChange(
                custom.isEmpty() ? match.text("metric") : custom,
                !custom.isEmpty(),
                match.text("mode"),
                change.flagOrNull("disabled"),
                tags);
    }

    private static List<String> providers(Fields fields) {
        List<String> providers = new ArrayList<>();
        fields.children("providers").forEach(provider -> providers.add(provider.text("name")));
        return providers;
    }

    private static @Nullable WorkloadSelector selector(Fields spec) {
        Fields selector = spec.child("selector");
        return selector == null ? null : new WorkloadSelector(selector.texts("matchLabels"));
    }

    private static List<TargetRef> targets(Fields spec) {
        List<TargetRef> targets = new ArrayList<>();
        Fields single = spec.child("targetRef");
        if (single != null) {
            targets.add(target(single));
        }
        spec.children("targetRefs").forEach(target -> targets.add(target(target)));
        return targets;
    }

    private static TargetRef target(Fields target) {
        return new TargetRef(target.text("group"), target.text("kind"), target.text("namespace"), target.text("name"));
    }
}
