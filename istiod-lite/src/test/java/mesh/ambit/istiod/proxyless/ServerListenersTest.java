package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.model.Locality;
import org.junit.jupiter.api.Test;

class ServerListenersTest {
    private static final String NAME = "xds.istio.io/grpc/lds/inbound/0.0.0.0:8080";
    private static final String POD = Meshes.pod("one", "web", "10.0.0.1");

    private static Listener listener(Meshes mesh, Map<String, String> labels) {
        return mesh.message(Meshes.at("10.0.0.1", labels), ResourceKind.LISTENER, NAME, Listener.parser());
    }

    private static List<HttpFilter> filters(Meshes mesh) throws InvalidProtocolBufferException {
        return filters(listener(mesh, Map.of()));
    }

    private static List<HttpFilter> filters(Listener listener) throws InvalidProtocolBufferException {
        FilterChain chain = listener.getFilterChains(0);
        return chain.getFilters(0)
                .getTypedConfig()
                .unpack(HttpConnectionManager.class)
                .getHttpFiltersList();
    }

    private static Map<String, Policy> rules(HttpFilter filter) throws InvalidProtocolBufferException {
        return filter.getTypedConfig().unpack(RBAC.class).getRules().getPoliciesMap();
    }

    private static String policy(String spec) {
        return """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: p, namespace: shop}
            spec: %s
            """.formatted(spec);
    }

    private static String denial(String namespace, String name, String operation) {
        return policy("{action: DENY, rules: [{to: [{operation: " + operation + "}]}]}")
                .replace("name: p, namespace: shop", "name: " + name + ", namespace: " + namespace);
    }

    private static String peers(String namespace, String spec) {
        return """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: %s}
            spec: %s
            """.formatted(namespace, spec);
    }

    @Test
    void withoutPoliciesEverybodyIsLetInToTheApplication() throws InvalidProtocolBufferException {
        Meshes mesh = Meshes.of(POD);

        Listener listener = listener(mesh, Map.of());

        assertThat(listener.getAddress().getSocketAddress().getPortValue()).isEqualTo(8080);
        assertThat(listener.getFilterChains(0).hasTransportSocket()).isFalse();
        assertThat(listener.getListenerFiltersCount()).isZero();
        assertThat(filters(mesh)).extracting(HttpFilter::getName).containsExactly("envoy.filters.http.router");
    }

    @Test
    void aServerThatTheMeshDoesNotKnowIsToldNothing() {
        Meshes mesh = Meshes.of(POD);

        assertThat(mesh.knows(Meshes.at("10.0.0.9", Map.of()), ResourceKind.LISTENER, NAME))
                .isFalse();
        assertThat(mesh.knows(Meshes.client("other"), ResourceKind.LISTENER, NAME))
                .isFalse();
    }

    @Test
    void aPolicyWithoutRulesLetsNobodyIn() throws InvalidProtocolBufferException {
        List<HttpFilter> filters = filters(Meshes.of(POD, policy("{}")));

        assertThat(filters)
                .extracting(HttpFilter::getName)
                .containsExactly("envoy.filters.http.rbac", "envoy.filters.http.router");
        Policy only = requireNonNull(rules(filters.getFirst()).get("nothing"));
        assertThat(only.getPermissions(0).getNotRule().getAny()).isTrue();
        assertThat(only.getPrincipals(0).getNotId().getAny()).isTrue();
    }

    @Test
    void policiesWhoseNamesRunTogetherAreBothInForce() throws InvalidProtocolBufferException {
        Meshes mesh = Meshes.of(
                POD.replace("namespace: shop", "namespace: istio"),
                denial("istio", "system-closed", "{paths: [/own]}"),
                denial("istio-system", "closed", "{paths: [/of-the-mesh]}"));
        Viewer server = new Viewer(
                "istio",
                "istio.svc.cluster.local",
                new TreeMap<>(),
                List.of(InetAddress.ofLiteral("10.0.0.1")),
                "",
                Locality.NONE,
                "");

        Map<String, Policy> denied = rules(filters(mesh.message(server, ResourceKind.LISTENER, NAME, Listener.parser()))
                .getFirst());

        assertThat(denied).containsOnlyKeys("istio-system-closed-0", "istio-system/closed-0");
        assertThat(denied.get("istio-system-closed-0")).asString().contains("/own");
        assertThat(denied.get("istio-system/closed-0")).asString().contains("/of-the-mesh");
    }

    @Test
    void denialsComeBeforePermissions() throws InvalidProtocolBufferException {
        List<HttpFilter> filters = filters(Meshes.of(
                POD,
                policy("{rules: [{}]}"),
                policy("{action: DENY, rules: [{to: [{operation: {paths: [/a.B/C]}}]}]}")
                        .replace("name: p", "name: q")));

        assertThat(filters)
                .extracting(HttpFilter::getName)
                .containsExactly(
                        "envoy.filters.http.rbac.DENY", "envoy.filters.http.rbac", "envoy.filters.http.router");
    }

    @Test
    void whatAServerDoesNotKnowNeverOpensAnything() throws InvalidProtocolBufferException {
        String claims = "rules: [{from: [{source: {requestPrincipals: [\"*\"]}}]}]";

        HttpFilter deny = filters(Meshes.of(POD, policy("{action: DENY, " + claims + "}")))
                .getFirst();
        HttpFilter allow = filters(Meshes.of(POD, policy("{" + claims + "}"))).getFirst();
        HttpFilter custom = filters(Meshes.of(POD, policy("{action: CUSTOM, provider: {name: ext}, rules: [{}]}")))
                .getFirst();

        assertThat(rules(deny).get("shop-p-0")).asString().contains("any: true").doesNotContain("not_");
        assertThat(rules(allow).get("shop-p-0")).asString().contains("not_id");
        assertThat(custom.getName()).isEqualTo("envoy.filters.http.rbac.DENY");
    }

    @Test
    void anExceptionThatMeansNothingAllowsNothing() throws InvalidProtocolBufferException {
        String odd = "rules: [{from: [{source: {namespaces: [shop], notIpBlocks: [nowhere]}}]}]";

        HttpFilter allow = filters(Meshes.of(POD, policy("{" + odd + "}"))).getFirst();
        HttpFilter deny =
                filters(Meshes.of(POD, policy("{action: DENY, " + odd + "}"))).getFirst();

        assertThat(rules(allow).get("shop-p-0")).asString().contains("not_id");
        assertThat(rules(deny).get("shop-p-0")).asString().doesNotContain("not_id");
    }

    @Test
    void policiesOnTrialDoNotCountHoweverThatIsSpelled() throws InvalidProtocolBufferException {
        for (String yes : List.of("true", "True", "1", "t")) {
            String onTrial = policy("{action: DENY, rules: [{}]}")
                    .replace(
                            "name: p, namespace: shop",
                            "name: p, namespace: shop, annotations: {istio.io/dry-run: \"" + yes + "\"}");
            assertThat(filters(Meshes.of(POD, onTrial))).as(yes).hasSize(1);
        }
    }

    @Test
    void policiesOfOtherWorkloadsAndOfWaypointsDoNotCount() throws InvalidProtocolBufferException {
        List<HttpFilter> filters = filters(Meshes.of(
                POD,
                policy("{selector: {matchLabels: {app: db}}}"),
                policy("{targetRefs: [{kind: Service, group: \"\", name: web}]}")
                        .replace("name: p", "name: q")));

        assertThat(filters).hasSize(1);
    }

    @Test
    void strictnessIsThatOfTheNodeProxy() {
        assertThat(isMutual(Meshes.of(POD, peers("istio-system", "{mtls: {mode: STRICT}}")), Map.of()))
                .isTrue();
        assertThat(isMutual(Meshes.of(POD, peers("shop", "{mtls: {mode: PERMISSIVE}}")), Map.of()))
                .isFalse();
        assertThat(isMutual(Meshes.of(POD, peers("shop", """
            {selector: {matchLabels: {app: web}}, mtls: {mode: STRICT},
              portLevelMtls: {8080: {mode: DISABLE}}}\
            """)), Map.of())).isFalse();
        assertThat(isMutual(Meshes.of(POD, peers("shop", """
            {selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: STRICT}}}\
            """)), Map.of())).isTrue();
    }

    @Test
    void aLabelSaysThatClientsComeWithCertificates() {
        String labelled = POD.replace("labels: {", "labels: {security.istio.io/tlsMode: istio, ");

        assertThat(isMutual(Meshes.of(labelled), Map.of())).isTrue();
        assertThat(isMutual(Meshes.of(labelled, peers("shop", "{mtls: {mode: DISABLE}}")), Map.of()))
                .isFalse();
    }

    private static boolean isMutual(Meshes mesh, Map<String, String> labels) {
        return listener(mesh, labels).getFilterChains(0).hasTransportSocket();
    }

    @Test
    void aServerThatRefusesItsListenerIsSentOneThatLetsNobodyIn() throws InvalidProtocolBufferException {
        Meshes mesh = Meshes.of(POD, peers("shop", "{mtls: {mode: STRICT}}"));

        Generated generated = mesh.resource(Meshes.at("10.0.0.1", Map.of()), ResourceKind.LISTENER, NAME);
        Listener closed = Listener.parseFrom(requireNonNull(generated.closed()).content());

        assertThat(closed.getName()).isEqualTo(NAME);
        assertThat(closed.getAddress()).isEqualTo(listener(mesh, Map.of()).getAddress());
        assertThat(closed.getFilterChains(0).hasTransportSocket()).isFalse();
        List<HttpFilter> filters = closed.getFilterChains(0)
                .getFilters(0)
                .getTypedConfig()
                .unpack(HttpConnectionManager.class)
                .getHttpFiltersList();
        assertThat(filters)
                .extracting(HttpFilter::getName)
                .containsExactly("envoy.filters.http.rbac", "envoy.filters.http.router");
        assertThat(rules(filters.getFirst())).containsOnlyKeys("nothing");
    }
}
