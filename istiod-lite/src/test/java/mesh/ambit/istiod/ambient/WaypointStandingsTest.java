package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

/** What objects are told of their waypoint agrees with what clients are told of it. */
class WaypointStandingsTest {
    private static final ObjectKey WEB = new ObjectKey(Kind.SERVICE, "shop", "web");
    private static final ObjectKey POLICY = new ObjectKey(Kind.AUTHORIZATION_POLICY, "shop", "p");

    private static final String GATEWAY = """

            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gate, namespace: shop}
            spec:
              gatewayClassName: istio-waypoint
              listeners: [{name: mesh, port: 15008, protocol: HBONE, allowedRoutes: {namespaces: {from: Same}}}]
            status: {addresses: [{type: IPAddress, value: 10.0.0.9}]}
            ---
            """;

    @Test
    void ingressIsToldOfWithTheSpellingsThatCount() {
        for (String yes : List.of("'1'", "T", "'true'")) {
            assertThat(web("istio.io/ingress-use-waypoint: " + yes, "")).as(yes).contains("goes through it too");
        }
        for (String no : List.of("'yes'", "'false'", "''")) {
            assertThat(web("istio.io/ingress-use-waypoint: " + no, "")).as(no).contains("passes it by");
        }
        assertThat(web("a: b", "")).doesNotContain("ingress");
    }

    @Test
    void whatIsInheritedFromTheNamespaceIsToldToo() {
        assertThat(web("a: b", "istio.io/ingress-use-waypoint: 'true'")).contains("goes through it too");
        assertThat(inherited("istio.io/use-waypoint-canary: away")).contains("its canary away is not attached");
        assertThat(inherited("istio.io/use-waypoint-canary: none")).doesNotContain("canary");
    }

    @Test
    void entryThatSpeaksForNoHostIsToldNothing() {
        String service =
                "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: 80}]}}";

        assertThat(entry("web.shop.svc.cluster.local", "STATIC", "")).hasSize(1);
        assertThat(entry("web.shop.svc.cluster.local", "STATIC", "\n---\n" + service))
                .isEmpty();
        assertThat(entry("a.example], addresses: [bad", "STATIC", "")).isEmpty();
    }

    @Test
    void policyIsNotBoundToWhatIsNotLookedAt() {
        String policy = "\n---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p,"
                + " namespace: shop}, spec: {rules: [{}], targetRefs: [{kind: ServiceEntry, name: e}]}}\n---\n";
        String entry = entryText("a.example", "STATIC") + GATEWAY + policy;

        assertThat(told(entry, POLICY).getFirst().reason()).isEqualTo("AncestorNotBound");
        assertThat(told(entry.replace("labels: {", "labels: {istio.io/rev: other, "), POLICY)
                        .getFirst()
                        .reason())
                .isEqualTo("TargetNotFound");
    }

    @Test
    void ofBothSpellingsOfATargetTheListCounts() {
        String policy = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p,"
                + " namespace: shop}, spec: {rules: [{}], targetRef: {kind: Gateway, name: away},"
                + " targetRefs: [%s]}}";
        String gate = "{kind: Gateway, name: gate}";

        assertThat(told(GATEWAY + policy.formatted(gate), POLICY).getFirst().reason())
                .isEqualTo("Accepted");
        assertThat(told(GATEWAY + policy.formatted(""), POLICY).getFirst().reason())
                .isEqualTo("TargetNotFound");
    }

    private static List<Condition> entry(String host, String resolution, String more) {
        return told(entryText(host, resolution) + GATEWAY + more, new ObjectKey(Kind.SERVICE_ENTRY, "shop", "e"));
    }

    private static String entryText(String host, String resolution) {
        return "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop,"
                + " labels: {istio.io/use-waypoint: away}}, spec: {hosts: [" + host + "], resolution: " + resolution
                + ", ports: [{number: 80, name: http, protocol: HTTP}]}}\n---\n";
    }

    private static String web(String labels, String ofNamespace) {
        return message("istio.io/use-waypoint: gate, " + labels, ofNamespace);
    }

    private static String inherited(String labels) {
        return message("a: b", "istio.io/use-waypoint: gate, " + labels);
    }

    private static String message(String labels, String ofNamespace) {
        String text = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {" + ofNamespace + "}}}\n---\n"
                + "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {" + labels
                + "}}, spec: {ports: [{port: 80}]}}" + GATEWAY;
        return told(text, WEB).getFirst().message();
    }

    private static List<Condition> told(String yaml, ObjectKey key) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return new StandingEngine(MeshSettings.DEFAULT)
                .apply(parsed.objects(), Set.of())
                .getOrDefault(key, Standing.NOTHING)
                .conditions();
    }
}
