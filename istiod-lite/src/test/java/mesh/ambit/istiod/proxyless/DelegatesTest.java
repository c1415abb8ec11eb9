package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VirtualServices that leave where requests go to others. */
class DelegatesTest {
    private static final String WEB = "outbound|80||web.shop.svc.cluster.local";
    private static final String V1 = "outbound|80||v1.shop.svc.cluster.local";

    private static List<Route> routes(String root, String... delegates) {
        List<String> all = new ArrayList<>(List.of(Meshes.service("web"), Meshes.service("v1"), """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: root, namespace: shop}
                spec:
                  hosts: [web]
                  http:
                  %s
                """.formatted(root)));
        all.addAll(List.of(delegates));
        return Meshes.of(all.toArray(String[]::new))
                .message(Meshes.client("shop"), ResourceKind.ROUTE, WEB, RouteConfiguration.parser())
                .getVirtualHosts(0)
                .getRoutesList();
    }

    private static String delegate(String namespace, String more) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: more, namespace: %s}
            spec: {%s}
            """.formatted(namespace, more);
    }

    @Test
    void rulesOfTheDelegateStandInThePlaceOfTheRule() {
        List<Route> routes = routes("""
                - {name: a, match: [{uri: {prefix: /shop.}}], timeout: 3s, delegate: {name: more}}
                  - {name: last, route: [{destination: {host: web}}]}
                """, delegate("shop", """
                http: [
                  {name: b, match: [{name: m, uri: {exact: /shop.Cart/Add}}], route: [{destination: {host: v1}}]},
                  {match: [{uri: {prefix: /other.}}], route: [{destination: {host: v1}}]},
                  {timeout: 1s, route: [{destination: {host: v1}}]}]
                """));

        assertThat(routes).extracting(Route::getName).containsExactly("a-b.m", "a", "last");
        assertThat(routes.getFirst().getMatch().getPath()).isEqualTo("/shop.Cart/Add");
        assertThat(routes.getFirst().getRoute().getCluster()).isEqualTo(V1);
        assertThat(seconds(routes.getFirst())).isEqualTo(3);
        assertThat(routes.get(1).getMatch().getPrefix()).isEqualTo("/shop.");
        assertThat(seconds(routes.get(1))).isEqualTo(1);
    }

    @Test
    void delegateOfAnotherNamespaceMeansItsOwnServices() {
        List<Route> routes = routes(
                "- delegate: {name: more, namespace: team}",
                delegate("team", "http: [{route: [{destination: {host: v1}}]}]"),
                Meshes.service("v1").replace("namespace: shop", "namespace: team"));

        assertThat(routes)
                .extracting(route -> route.getRoute().getCluster())
                .containsExactly("outbound|80||v1.team.svc.cluster.local");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        not there; {name: other}; 'exportTo: []'
        in another namespace; {name: more, namespace: team}; 'exportTo: []'
        not for us; {name: more}; 'exportTo: [team]'
        with hosts; {name: more}; 'hosts: [v1]'
        """)
    void ruleWithoutADelegateIsLeftOut(String why, String named, String more) {
        List<Route> routes = routes(
                "- delegate: " + named + "\n  - route: [{destination: {host: web}}]",
                delegate("shop", more + ", http: [{route: [{destination: {host: v1}}]}]"));

        assertThat(routes)
                .as(why)
                .extracting(route -> route.getRoute().getCluster())
                .containsExactly(WEB);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        {}; {uri: {prefix: /a}}; true
        {uri: {prefix: /a}}; {}; true
        {uri: {prefix: /a}}; {uri: {prefix: /ab}}; true
        {uri: {prefix: /ab}}; {uri: {prefix: /a}}; false
        {uri: {exact: /a}}; {uri: {exact: /a}}; true
        {uri: {exact: /a}}; {uri: {prefix: /a}}; false
        {uri: {regex: /a}}; {uri: {exact: /a}}; false
        {uri: {prefix: /a}}; {uri: {regex: /a}}; false
        {uri: {prefix: /a}}; {uri: {prefix: /a}, ignoreUriCase: true}; false
        {headers: {h: {exact: a}}}; {headers: {h: {exact: a}, i: {exact: b}}}; true
        {headers: {h: {exact: a}}}; {headers: {h: {exact: b}}}; false
        {port: 80}; {port: 81}; false
        {sourceNamespace: shop}; {sourceNamespace: shop}; true
        {sourceNamespace: shop}; {}; false
        {gateways: [mesh, x]}; {gateways: [mesh]}; true
        {gateways: [mesh]}; {gateways: [x]}; false
        """)
    void ruleIsAboutNoMoreThanWhatItIsDelegatedFrom(String wide, String narrow, boolean counts) {
        List<Route> routes = routes(
                "- {match: [" + wide + "], delegate: {name: more}}",
                delegate("shop", "http: [{match: [" + narrow + "], route: [{destination: {host: v1}}]}]"));

        assertThat(routes).hasSize(counts ? 1 : 0);
    }

    private static long seconds(Route route) {
        return route.getRoute().getMaxStreamDuration().getMaxStreamDuration().getSeconds();
    }
}
