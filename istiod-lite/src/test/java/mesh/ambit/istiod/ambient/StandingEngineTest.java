package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ParentRef;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

class StandingEngineTest {
    private static final ObjectKey WEB = new ObjectKey(Kind.SERVICE, "shop", "web");
    private static final ObjectKey GATE = new ObjectKey(Kind.GATEWAY, "shop", "gate");
    private static final ObjectKey ROUTE = new ObjectKey(Kind.HTTP_ROUTE, "shop", "r");

    private static final String BASE = """
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio-waypoint},
             spec: {controllerName: istio.io/mesh-controller}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/use-waypoint: gate}},
             spec: {ports: [{port: 80}]}}
            ---
            """;
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gate, namespace: shop}
            spec:
              gatewayClassName: istio-waypoint
              listeners: [{name: mesh, port: 15008, protocol: HBONE, allowedRoutes: {namespaces: {from: Same}}}]
            status: {addresses: [{type: IPAddress, value: 10.0.0.9}]}
            ---
            """;

    private StandingEngine engine = new StandingEngine(MeshSettings.DEFAULT);
    private final Map<ObjectKey, Standing> standings = new HashMap<>();

    @Test
    void serviceSaysWhetherItHasItsWaypoint() {
        put(BASE);
        assertThat(condition(WEB))
                .extracting(Condition::type, Condition::holds, Condition::reason)
                .containsExactly("istio.io/WaypointBound", false, "WaypointIsNotReady");

        put(GATEWAY);
        assertThat(condition(WEB).holds()).isTrue();
        assertThat(condition(WEB).reason()).isEqualTo("WaypointAccepted");

        assertThat(engine.apply(List.of(), Set.of(GATE))).containsOnlyKeys(WEB);
        put(BASE.replace("istio.io/use-waypoint: gate", "a: b"));
        assertThat(standings.get(WEB)).isEqualTo(Standing.NOTHING);
    }

    @Test
    void entrySaysWhenItNeedsAWaypointToHaveAnEffect() {
        ObjectKey entry = new ObjectKey(Kind.SERVICE_ENTRY, "shop", "e");
        put(BASE + GATEWAY + entry("", "", "'*.example.test'"));
        assertThat(all(entry)).containsExactly("istio.io/WaypointMissing True NoWaypointForWildcardService");

        put(entry("", "istio.io/connect-strategy: race_first_tcp_connect", "a.example.test"));
        assertThat(all(entry)).containsExactly("istio.io/WaypointMissing True NoWaypointForRacingConnectStrategy");

        put(entry("istio.io/use-waypoint: away", "", "'*.example.test'"));
        assertThat(all(entry))
                .containsExactly(
                        "istio.io/WaypointBound False WaypointIsNotReady",
                        "istio.io/WaypointMissing True NoWaypointForWildcardService");

        put(entry("istio.io/use-waypoint: gate", "", "'*.example.test'"));
        assertThat(all(entry)).containsExactly("istio.io/WaypointBound True WaypointAccepted");

        put(entry("", "", "a.example.test"));
        assertThat(all(entry)).isEmpty();
    }

    @Test
    void entrySaysWhoSeesItWhereTheMeshHasRulesForThat() {
        ObjectKey entry = new ObjectKey(Kind.SERVICE_ENTRY, "shop", "e");
        put(BASE + entry("", "", "a.example.test"));
        assertThat(all(entry)).isEmpty();

        put(visibility("PUBLIC"));
        assertThat(all(entry)).containsExactly("istio.io/VisibilityApplied True Public");

        put(visibility("NAMESPACE"));
        assertThat(all(entry)).containsExactly("istio.io/VisibilityApplied True Namespace");

        put(visibility("NONE"));
        assertThat(all(entry)).isEmpty();
    }

    @Test
    void routeOfAWaypointThatIsSomebodyElsesIsLeftToHim() {
        put(BASE + GATEWAY + route("{group: '', kind: Service, name: web}", "{name: web, port: 80}"));
        assertThat(route()).startsWith("Accepted True Accepted");

        put("{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio-waypoint},"
                + " spec: {controllerName: example.test/other}}");

        assertThat(standings.get(ROUTE)).isEqualTo(Standing.NOTHING);
    }

    @Test
    void policyOfAClassIsInTheRootNamespaceThatTheMeshNames() {
        ObjectKey policy = new ObjectKey(Kind.AUTHORIZATION_POLICY, "root", "p");
        put(BASE + """
            {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: root},
             spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint}]}}
            """);
        assertThat(all(policy)).containsExactly("WaypointAccepted False Invalid");

        put("{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system},"
                + " data: {mesh: 'rootNamespace: root'}}");

        assertThat(all(policy)).containsExactly("WaypointAccepted True Accepted");
    }

    private static String entry(String labels, String annotations, String host) {
        return "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop, labels: {"
                + labels + "}, annotations: {" + annotations + "}}, spec: {hosts: [" + host
                + "], resolution: DYNAMIC_DNS, ports: [{number: 80, name: http, protocol: HTTP}]}}";
    }

    private static String visibility(String all) {
        return "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: '"
                + "serviceEntryVisibility: {defaultVisibility: " + all + "}'}}";
    }

    private List<String> all(ObjectKey key) {
        return standings.getOrDefault(key, Standing.NOTHING).conditions().stream()
                .map(StandingEngineTest::words)
                .toList();
    }

    @Test
    void policySaysWhoEnforcesIt() {
        put(BASE);
        ObjectKey attached = policy("a", "targetRefs: [{kind: Service, group: '', name: web}]");
        ObjectKey lost = policy("b", "targetRefs: [{kind: Service, group: '', name: none}]");
        ObjectKey some = policy(
                "c", "targetRefs: [{kind: Service, group: '', name: web}, {kind: Service, group: '', name: none}]");
        ObjectKey plain = policy("d", "rules: [{from: [{source: {namespaces: [x]}}]}]");
        ObjectKey request = policy("e", "rules: [{to: [{operation: {methods: [GET]}}]}]");
        ObjectKey custom = policy("f", "action: AUDIT, rules: [{}]");

        assertThat(reason(attached)).isEqualTo("WaypointAccepted False AncestorNotBound");
        put(GATEWAY);
        assertThat(reason(attached)).isEqualTo("WaypointAccepted True Accepted");
        assertThat(reason(lost)).isEqualTo("WaypointAccepted False TargetNotFound");
        assertThat(reason(some)).isEqualTo("WaypointAccepted True PartiallyInvalid");
        assertThat(condition(some).message()).contains("Service.core:shop/none");
        assertThat(reason(plain)).isEqualTo("ZtunnelAccepted True Accepted");
        assertThat(reason(request)).isEqualTo("ZtunnelAccepted True UnsupportedValue");
        assertThat(reason(custom)).isEqualTo("ZtunnelAccepted False UnsupportedValue");
    }

    @Test
    void dryRunIsWithheld() {
        put(BASE
                + "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: dry, namespace: shop,"
                + " annotations: {istio.io/dry-run: 'true'}}, spec: {rules: [{}]}}");

        assertThat(reason(new ObjectKey(Kind.AUTHORIZATION_POLICY, "shop", "dry")))
                .isEqualTo("ZtunnelAccepted False UnsupportedValue");
    }

    @Test
    void dryRunThatIsAttachedSaysBoth() {
        put(BASE
                + GATEWAY
                + "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: dry, namespace: shop,"
                + " annotations: {istio.io/dry-run: 'true'}},"
                + " spec: {targetRefs: [{kind: Service, group: '', name: web}], rules: [{}]}}");

        assertThat(all(new ObjectKey(Kind.AUTHORIZATION_POLICY, "shop", "dry")))
                .containsExactly("ZtunnelAccepted False UnsupportedValue", "WaypointAccepted True Accepted");
    }

    @Test
    void routeSaysWhatItIsAttachedToAndWhatIsMissing() {
        put(BASE + route("{group: '', kind: Service, name: web, port: 81}", "{name: v1, port: 80}"));
        assertThat(route())
                .containsExactly(
                        "Accepted False NoMatchingParent",
                        "ResolvedRefs False BackendNotFound",
                        "ResolvedWaypoints True ResolvedWaypoints");

        put(route("{group: '', kind: Service, name: web, port: 80}", "{name: web, port: 80}"));
        assertThat(route()).startsWith("Accepted True Accepted", "ResolvedRefs True ResolvedRefs");

        put(route("{group: '', kind: Service, name: web}", "{name: far, namespace: other, port: 80}"));
        assertThat(route()).contains("ResolvedRefs False RefNotPermitted");
        put("""
                {apiVersion: v1, kind: Service, metadata: {name: far, namespace: other}, spec: {ports: [{port: 80}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: g, namespace: other}
                spec:
                  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
                  to: [{group: "", kind: Service}]
                """);
        assertThat(route()).contains("ResolvedRefs True ResolvedRefs");

        put(route("{group: '', kind: Service, name: web}", "{group: x, kind: Thing, name: web}"));
        assertThat(route()).contains("ResolvedRefs False InvalidKind");
        put(route(
                "{group: '', kind: Service, name: web}",
                "{group: networking.istio.io, kind: Hostname, name: no, port: 80}"));
        assertThat(route()).contains("ResolvedRefs False BackendNotFound");
        put(route(
                "{group: '', kind: Service, name: web}",
                "{group: networking.istio.io, kind: Hostname, name: web.shop.svc.cluster.local, port: 80}"));
        assertThat(route()).contains("ResolvedRefs True ResolvedRefs");
        put(GATEWAY + route("{name: gate}", "{name: web, port: 80}"));
        assertThat(route()).startsWith("Accepted False NotAllowedByListeners");
        put(route("{name: gate, sectionName: nowhere}", "{name: web, port: 80}"));
        assertThat(route()).startsWith("Accepted False NoMatchingParent");
        put(route("{name: elsewhere}", "{name: web, port: 80}"));
        assertThat(standings.get(ROUTE)).isEqualTo(Standing.NOTHING);
    }

    @Test
    void routeOfAGatewayThatWeDoNotDeployIsLeftToWhoDoes() {
        put(BASE + """
                {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio},
                 spec: {controllerName: istio.io/gateway-controller}}
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop},
                 spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]}}
                ---
                """ + route("{name: edge}", "{name: web, port: 80}"));

        Standing standing = standings.getOrDefault(ROUTE, Standing.NOTHING);
        assertThat(standing.parents()).isEmpty();
        assertThat(standing.others()).extracting(ParentRef::name).containsExactly("edge");
    }

    @Test
    void routeOfAGatewayBetweenNetworksIsOneOfItsListeners() {
        Set<Feature> features = new TreeSet<>(Feature.defaults());
        features.add(Feature.MULTI_NETWORK);
        engine = new StandingEngine(MeshSettings.DEFAULT.withFeatures(features));
        put(BASE + """
                {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio-east-west},
                 spec: {controllerName: istio.io/eastwest-controller}}
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: ew, namespace: shop}, spec: {
                  gatewayClassName: istio-east-west, listeners: [
                    {name: mesh, port: 15008, protocol: HBONE, tls: {mode: Terminate}},
                    {name: pass, port: 443, protocol: TLS, tls: {mode: Passthrough}}]}}
                ---
                """ + route("{name: ew}", "{name: web, port: 80}"));
        assertThat(route())
                .containsExactly(
                        "Accepted False NotAllowedByListeners",
                        "ResolvedRefs True ResolvedRefs",
                        "ResolvedWaypoints True ResolvedWaypoints");

        put(route("{name: ew}", "{name: web, port: 80}").replace("HTTPRoute", "TLSRoute"));
        assertThat(standings
                        .getOrDefault(new ObjectKey(Kind.TLS_ROUTE, "shop", "r"), Standing.NOTHING)
                        .parents()
                        .getFirst()
                        .conditions()
                        .getFirst())
                .isEqualTo(new Condition("Accepted", true, "Accepted", "the route is valid"));
    }

    @Test
    void gatewayOfAnotherClassIsOfSomebodyWhoMayWriteUnderOurName() {
        put(BASE + GATEWAY.replace("istio-waypoint", "istio").replace("name: gate", "name: ingress") + """
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio},
                 spec: {controllerName: istio.io/gateway-controller}}
                ---
                """
                + route(
                        "{name: ingress}, {name: gone}, {group: '', kind: Service, name: web}",
                        "{name: web, port: 80}"));

        Standing standing = standings.getOrDefault(ROUTE, Standing.NOTHING);
        assertThat(standing.others()).extracting(ParentRef::name).containsExactly("ingress");
        assertThat(standing.parents()).extracting(parent -> parent.ref().name()).containsExactly("web");
    }

    private static String route(String parent, String backend) {
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: shop}, spec:"
                + " {parentRefs: [" + parent + "], rules: [{backendRefs: [" + backend + "]}]}}";
    }

    private List<String> route() {
        return standings.getOrDefault(ROUTE, Standing.NOTHING).parents().getFirst().conditions().stream()
                .map(StandingEngineTest::words)
                .toList();
    }

    private ObjectKey policy(String name, String spec) {
        put("{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: " + name
                + ", namespace: shop}, spec: {" + spec + "}}");
        return new ObjectKey(Kind.AUTHORIZATION_POLICY, "shop", name);
    }

    private String reason(ObjectKey key) {
        return words(condition(key));
    }

    private static String words(Condition condition) {
        return condition.type() + (condition.holds() ? " True " : " False ") + condition.reason();
    }

    private Condition condition(ObjectKey key) {
        return standings.getOrDefault(key, Standing.NOTHING).conditions().getFirst();
    }

    private void put(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        List<KubeObject> objects = parsed.objects();
        standings.putAll(engine.apply(objects, Set.of()));
    }
}
