package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import mesh.ambit.kube.cel.CelRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the definitions of kinds ask for, and what upstream's webhook adds. */
class SchemaTest {
    @ParameterizedTest
    @EnumSource(Kind.class)
    void everySchemaAndEveryRuleInItCanBeRead(Kind kind) {
        boolean custom = ApiNames.group(kind).contains("istio.io")
                || ApiNames.group(kind).equals("gateway.networking.k8s.io");

        assertThat(ApiNames.versions(kind))
                .allSatisfy(
                        version -> assertThat(Schemas.of(kind, version) != null).isEqualTo(custom));
    }

    /** Whoever breaks a rule reads what to do, not the rule. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyRuleHasItsSentence(Kind kind) {
        for (String version : ApiNames.versions(kind)) {
            Schema schema = Schemas.of(kind, version);
            if (schema != null) {
                assertThat(rules(schema, new HashSet<>()))
                        .allSatisfy(rule -> assertThat(RuleTexts.of(rule)).doesNotContain("its definition", "self."));
            }
        }
    }

    private static Set<CelRule> rules(Schema schema, Set<CelRule> found) {
        found.addAll(schema.rules());
        List<Schema> below = new ArrayList<>(schema.oneOf());
        below.addAll(schema.anyOf());
        below.addAll(schema.allOf());
        if (schema.fields() != null) {
            below.addAll(schema.fields().values());
        }
        below.add(schema.items());
        below.add(schema.values());
        below.add(schema.not());
        below.stream().filter(Objects::nonNull).forEach(each -> rules(each, found));
        return found;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: [{matches: [{method: FETCH}]}] | INVALID_VALUE | spec.rules[0].matches[0].method",
                "rules: [{matches: [{path: {value: a}}]}] | CONFLICTING_FIELDS | spec.rules[0].matches[0].path",
                "rules: [{matches: [{path: {value: //}}]}] | CONFLICTING_FIELDS | spec.rules[0].matches[0].path",
                "rules: [{backendRefs: [{name: web}]}] | CONFLICTING_FIELDS | spec.rules[0].backendRefs[0]",
                "rules: [{backendRefs: [{name: web, port: 0}]}] | INVALID_VALUE | spec.rules[0].backendRefs[0].port",
                "rules: [{backendRefs: [{name: web, port: '80'}]}] | WRONG_TYPE | spec.rules[0].backendRefs[0].port",
                "rules: [{filters: [{type: URLRewrite}]}] | CONFLICTING_FIELDS | spec.rules[0].filters[0]",
                "rules: [{match: []}] | UNKNOWN_FIELD | spec.rules[0].match",
                "rules: [{timeouts: {request: 1d}}] | INVALID_VALUE | spec.rules[0].timeouts.request",
                "rules: [{timeouts: {request: 1s, backendRequest: 2s}}] | CONFLICTING_FIELDS | spec.rules[0].timeouts",
                "hostnames: [1.2.3.4.] | INVALID_VALUE | spec.hostnames[0]",
                "rules: [{matches: [{headers: [{name: a, value: b}, {name: a, value: c}]}]}] | INVALID_VALUE"
                        + " | spec.rules[0].matches[0].headers[1]",
                "rules: [{matches: [{path: {type: RegularExpression, value: '(?=a)'}}]}] | INVALID_VALUE"
                        + " | spec.rules[0].matches[0].path",
            })
    void httpRouteIsRefused(String spec, ProblemCode code, String field) {
        assertThat(problems(httpRoute(spec)))
                .extracting(Problem::code, Problem::field)
                .contains(tuple(code, field));
    }

    @Test
    void defaultsAreThereBeforeRulesAreHeldAgainstAnObject() {
        assertThat(problems(httpRoute("rules: [{matches: [{path: {value: /a}}, {}], backendRefs: [{name: w,"
                        + " port: 80}], timeouts: {request: 2s, backendRequest: 1s}}]")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hosts: ['*'], http: [{route: [{destination: {host: w}}]}] | INVALID_NAME | spec.hosts[0]",
                "hosts: [w], http: [{}] | CONFLICTING_FIELDS | spec.http[0]",
                "hosts: [w] | NO_EFFECT | spec",
                "hosts: [w], http: [{route: [{destination: {host: w}}], redirect: {uri: /}}] | CONFLICTING_FIELDS"
                        + " | spec.http[0]",
                "hosts: [w], http: [{match: [{uri: {regex: '(a'}}], route: [{destination: {host: w}}]}] | INVALID_VALUE"
                        + " | spec.http[0].match[0].uri",
                "hosts: [w], http: [{match: [{uri: {regex: a, exact: b}}], route: [{destination: {host: w}}]}]"
                        + " | CONFLICTING_FIELDS | spec.http[0].match[0].uri",
                "hosts: [w], http: [{timeout: 1ns, route: [{destination: {host: w}}]}] | CONFLICTING_FIELDS"
                        + " | spec.http[0].timeout",
                "hosts: [w], tls: [{match: [{}], route: [{destination: {host: w}}]}] | MISSING_FIELD"
                        + " | spec.tls[0].match[0].sniHosts",
            })
    void virtualServiceIsRefused(String spec, ProblemCode code, String field) {
        assertThat(problems(virtualService(spec)))
                .extracting(Problem::code, Problem::field)
                .contains(tuple(code, field));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}"
                        + " | CONFLICTING_FIELDS | spec.trafficPolicy.loadBalancer",
                "trafficPolicy: {tls: {mode: MUTUAL}} | CONFLICTING_FIELDS | spec.trafficPolicy.tls",
                "subsets: [{name: a}, {name: a}] | INVALID_NAME | spec.subsets[1].name",
                "trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {b: 90}}]}}}"
                        + " | INVALID_VALUE | spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to",
            })
    void destinationRuleIsRefused(String spec, ProblemCode code, String field) {
        assertThat(problems(destinationRule(spec)))
                .extracting(Problem::code, Problem::field)
                .contains(tuple(code, field));
    }

    @Test
    void versionsOfAKindMayAskForDifferentThings() {
        String route = "{apiVersion: gateway.networking.k8s.io/%s, kind: TLSRoute, metadata: {name: t}, spec: {rules:"
                + " [{backendRefs: [{name: a, port: 1}]}]}}";

        assertThat(problems(route.formatted("v1alpha2"))).isEmpty();
        assertThat(problems(route.formatted("v1"))).extracting(Problem::field).containsExactly("spec.hostnames");
    }

    @Test
    @Timeout(300)
    void noTextTakesLong() {
        String value = "a".repeat(4000);
        String route = httpRoute("rules: [{matches: [{headers: [{name: a, value: \"" + value + "\\x01\"}]}],"
                + " filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: \"" + value
                + "\\x01\"}]}}]}]");

        assertThat(problems(route)).isNotEmpty();
        assertThat(Duration.ofNanos(timeOf(() -> problems(route)))).isLessThan(Duration.ofSeconds(30));
    }

    private static long timeOf(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    private static List<Problem> problems(String text) {
        return KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems();
    }

    private static String httpRoute(String spec) {
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {parentRefs: [{group:"
                + " '', kind: Service, name: web}], " + spec + "}}";
    }

    private static String virtualService(String spec) {
        return "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v}, spec: {" + spec + "}}";
    }

    private static String destinationRule(String spec) {
        return "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d}, spec: {host: web, "
                + spec + "}}";
    }
}
