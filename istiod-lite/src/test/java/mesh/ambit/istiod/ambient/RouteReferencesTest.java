package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

/** Of several troubles the one is told that the reference tells. */
class RouteReferencesTest {
    private static final String WEB = "{name: web, port: 80}";
    private static final String MISSING = "{name: nobody, port: 80}";
    private static final String FOREIGN = "{name: web, namespace: other, port: 80}";
    private static final String THING = "{group: x, kind: Thing, name: web}";
    private static final String BAD_HEADER =
            "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: \"a\\nb\"}]}}";
    private static final String EXTENSION = "{type: ExtensionRef, extensionRef: {group: x, kind: Thing, name: a}}";
    private static final String MIRROR = "{type: RequestMirror, requestMirror: {backendRef: " + MISSING + "}}";
    private static final String REDIRECT = "{type: RequestRedirect, requestRedirect: {hostname: a.example}}";

    private final StandingEngine engine = new StandingEngine(MeshSettings.DEFAULT);

    @Test
    void lastBackendThatCannotBeReachedIsTold() {
        assertThat(http(rule("", MISSING, THING))).isEqualTo("InvalidKind");
        assertThat(http(rule("", THING, MISSING, WEB))).isEqualTo("BackendNotFound");
        assertThat(http(rule("", THING), rule("", MISSING), rule("", WEB))).isEqualTo("BackendNotFound");
        assertThat(http(rule("", FOREIGN))).isEqualTo("RefNotPermitted");
    }

    @Test
    void firstThingThatSpoilsTheRouteIsTold() {
        assertThat(http(rule("", MISSING, "{name: web}", THING))).isEqualTo("InvalidDestination");
        assertThat(http(rule("", MISSING), rule(EXTENSION, WEB), rule("", "{name: web}")))
                .isEqualTo("InvalidFilter");
        assertThat(http(rule("", "{name: web.shop, port: 80}"))).isEqualTo("InvalidDestination");
        assertThat(http(rule("", "{name: web, namespace: other}"))).isEqualTo("InvalidDestination");
        assertThat(http(rule(
                        "",
                        "{group: networking.istio.io, kind: Hostname, name: a.example, namespace: shop, port: 80}")))
                .isEqualTo("InvalidDestination");
    }

    @Test
    void whatGetsNoShareIsNotLookedAt() {
        String unused = MISSING.replace("}", ", weight: 0}");

        assertThat(http(rule("", unused, WEB))).isEqualTo("ResolvedRefs");
        assertThat(http(rule("", unused))).isEqualTo("ResolvedRefs");
        assertThat(http(rule(EXTENSION, unused))).isEqualTo("InvalidFilter");
        assertThat(standing("TLSRoute", rule("", unused))).isEqualTo("ResolvedRefs");
        assertThat(standing("TLSRoute", rule("", MISSING))).isEqualTo("BackendNotFound");
    }

    @Test
    void filtersAreLookedAtFirst() {
        assertThat(http(rule(BAD_HEADER, THING))).isEqualTo("InvalidFilter");
        assertThat(http(rule(BAD_HEADER.replace("\\n", "\\t"), WEB))).isEqualTo("ResolvedRefs");
        assertThat(http(rule(REDIRECT))).isEqualTo("ResolvedRefs");
    }

    @Test
    void singleBackendHasOnlyFiltersThatChangeHeaders() {
        assertThat(http(rule("", filtered(MIRROR)))).isEqualTo("InvalidFilter");
        assertThat(http(rule("", filtered(REDIRECT)))).isEqualTo("InvalidFilter");
        assertThat(http(rule("", filtered(BAD_HEADER)))).isEqualTo("InvalidFilter");
        assertThat(http(rule("", filtered(BAD_HEADER.replace("\\n", ""))))).isEqualTo("ResolvedRefs");
    }

    @Test
    void mirrorOfHttpSpoilsNothingElse() {
        assertThat(http(rule(MIRROR, WEB))).isEqualTo("BackendNotFound");
        assertThat(http(rule(MIRROR, THING))).isEqualTo("InvalidKind");
        assertThat(http(rule(MIRROR, WEB), rule("", THING))).isEqualTo("InvalidKind");
        assertThat(standing("GRPCRoute", rule(MIRROR, WEB), rule("", THING))).isEqualTo("BackendNotFound");
    }

    @Test
    void routesAndGrantsOfAnotherRevisionAreNotOurs() {
        String grant = """
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: g, namespace: other, labels: {istio.io/rev: REV}}
                spec:
                  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
                  to: [{group: "", kind: Service}]
                ---
                """;
        String route = route("HTTPRoute", rule("", FOREIGN));

        assertThat(reason(grant.replace("REV", "green") + route, "HTTPRoute")).isEqualTo("RefNotPermitted");
        assertThat(reason(grant.replace("REV", "default") + route, "HTTPRoute")).isEqualTo("ResolvedRefs");

        String theirs = route.replace("name: r,", "name: theirs, labels: {istio.io/rev: green},");
        ObjectKey key = new ObjectKey(Kind.HTTP_ROUTE, "shop", "theirs");
        assertThat(put(theirs)).doesNotContainKey(key);
        assertThat(put(theirs.replace("green", "default"))).containsKey(key);
        assertThat(put(theirs)).containsEntry(key, Standing.FAREWELL);
    }

    private static String filtered(String filter) {
        return WEB.replace("}", ", filters: [" + filter + "]}");
    }

    private static String rule(String filter, String... backends) {
        return "{filters: [" + filter + "], backendRefs: [" + String.join(", ", backends) + "]}";
    }

    private static String route(String kind, String... rules) {
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: " + kind + ", metadata: {name: r, namespace: shop},"
                + " spec: {parentRefs: [{group: '', kind: Service, name: web}], rules: ["
                + String.join(", ", rules) + "]}}";
    }

    private String http(String... rules) {
        return standing("HTTPRoute", rules);
    }

    private String standing(String kind, String... rules) {
        return reason(route(kind, rules), kind);
    }

    /** Returns the reason for which references are, or are not, resolved. */
    private String reason(String objects, String kind) {
        put("{apiVersion: gateway.networking.k8s.io/v1, kind: " + kind
                + ", metadata: {name: r, namespace: shop}, spec: {}}");
        Map<ObjectKey, Standing> standings = put("""
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: other}, spec: {ports: [{port: 80}]}}
                ---
                """ + objects);
        return standings.entrySet().stream()
                .filter(each -> each.getKey().kind().text().equals(kind))
                .flatMap(each -> each.getValue().parents().getFirst().conditions().stream())
                .filter(condition -> condition.type().equals("ResolvedRefs"))
                .map(Condition::reason)
                .findFirst()
                .orElse("nothing");
    }

    private Map<ObjectKey, Standing> put(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return engine.apply(parsed.objects(), Set.of());
    }
}
