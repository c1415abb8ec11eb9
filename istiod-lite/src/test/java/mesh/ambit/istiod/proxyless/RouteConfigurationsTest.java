package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteConfigurationsTest {
    private static final String WEB = "outbound|80||web.shop.svc.cluster.local";
    private static final String V1 = "outbound|80||v1.shop.svc.cluster.local";
    private static final String V2 = "outbound|80||v2.shop.svc.cluster.local";

    private static RouteConfiguration of(Meshes mesh, String namespace) {
        return mesh.message(Meshes.client(namespace), ResourceKind.ROUTE, WEB, RouteConfiguration.parser());
    }

    private static List<Route> routes(Meshes mesh, String namespace) {
        return of(mesh, namespace).getVirtualHosts(0).getRoutesList();
    }

    private static String virtualService(String metadata, String more) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {%s}
            spec:
              hosts: [web.shop.svc.cluster.local]
            %s
            """.formatted(metadata, more);
    }

    private static String httpRoute(String metadata, String rules) {
        return """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {%s}
            spec:
              parentRefs: [{group: "", kind: Service, name: web, namespace: shop}]
              rules:
            %s
            """.formatted(metadata, rules);
    }

    @Test
    void withoutAnyRuleCallsGoToTheServiceUnderAllItsNames() {
        Meshes mesh = Meshes.of(Meshes.service("web"));

        RouteConfiguration routes = of(mesh, "shop");

        assertThat(routes.getVirtualHosts(0).getName()).isEqualTo("web.shop.svc.cluster.local:80");
        assertThat(routes.getVirtualHosts(0).getDomainsList())
                .contains("web.shop.svc.cluster.local", "web.shop.svc.cluster.local:80", "web:80", "10.96.0.1:80");
        Route only = routes.getVirtualHosts(0).getRoutes(0);
        assertThat(only.getRoute().getCluster()).isEqualTo(WEB);
        assertThat(only.getMatch().getCaseSensitive().getValue()).isTrue();
        assertThat(only.getRoute().getRetryPolicy().getRetryOn()).isEqualTo("unavailable,cancelled");
        assertThat(of(mesh, "other").getVirtualHosts(0).getDomainsList())
                .contains("web.shop:80")
                .doesNotContain("web:80");
    }

    @Test
    void prefixesOfHttpRoutesAreOfSegmentsAndLongerOnesComeFirst() {
        Meshes mesh = Meshes.of(
                Meshes.service("web"),
                Meshes.service("v1"),
                Meshes.service("v2"),
                httpRoute("name: r, namespace: shop", """
                      - backendRefs: [{name: v1, port: 80, weight: 3}, {name: v2, port: 80, weight: 1}]
                      - matches: [{path: {type: PathPrefix, value: /a.B/}}]
                        timeouts: {request: 2s}
                        backendRefs: [{name: v2, port: 80}]
                    """));

        List<Route> routes = routes(mesh, "shop");

        assertThat(routes).hasSize(3);
        assertThat(routes.get(0).getMatch().getPath()).isEqualTo("/a.B");
        assertThat(routes.get(1).getMatch().getPrefix()).isEqualTo("/a.B/");
        assertThat(routes.get(1).getRoute().getCluster()).isEqualTo(V2);
        assertThat(routes.get(1)
                        .getRoute()
                        .getMaxStreamDuration()
                        .getGrpcTimeoutHeaderMax()
                        .getSeconds())
                .isEqualTo(2);
        assertThat(routes.get(2).getRoute().getWeightedClusters().getClustersList())
                .extracting(
                        cluster -> cluster.getName() + "=" + cluster.getWeight().getValue())
                .containsExactly(V1 + "=3", V2 + "=1");
        assertThat(routes).noneMatch(route -> route.getMatch().hasPathSeparatedPrefix());
    }

    @Test
    void backendsThatDoNotExistKeepTheirShareOfTheCallsAndAnswerNone() {
        Meshes mesh =
                Meshes.of(Meshes.service("web"), Meshes.service("v1"), httpRoute("name: r, namespace: shop", """
                      - backendRefs: [{name: v1, port: 80}, {name: gone, port: 80}, {name: v1, port: 81, weight: 2}]
                    """));

        assertThat(routes(mesh, "shop")
                        .getFirst()
                        .getRoute()
                        .getWeightedClusters()
                        .getClustersList())
                .extracting(
                        cluster -> cluster.getName() + "=" + cluster.getWeight().getValue())
                .as("each once: of a cluster that has two shares some clients count the last alone")
                .containsExactly(V1 + "=1", "BlackHoleCluster=3");
        assertThat(mesh.resource(Meshes.client("shop"), ResourceKind.ROUTE, WEB).remarks())
                .anyMatch(remark -> remark.contains("HTTPRoute shop/r") && remark.contains("gone"));
    }

    @Test
    void redirectsDirectResponsesRewritesAndUnknownFiltersGoNowhere() {
        Meshes gateway =
                Meshes.of(Meshes.service("web"), Meshes.service("v1"), httpRoute("name: r, namespace: shop", """
                      - filters: [{type: RequestRedirect, requestRedirect: {hostname: elsewhere.example}}]
                      - matches: [{path: {value: /a/b}}]
                        filters: [{type: ExtensionRef, extensionRef: {group: x, kind: Y, name: z}}]
                        backendRefs: [{name: v1, port: 80}]
                    """));
        Meshes virtual =
                Meshes.of(Meshes.service("web"), Meshes.service("v1"), virtualService("name: v, namespace: shop", """
                      http:
                      - match: [{uri: {exact: /a}}]
                        directResponse: {status: 503}
                      - match: [{uri: {exact: /b}}]
                        rewrite: {uri: /c}
                        route: [{destination: {host: v1}}]
                      - redirect: {uri: /elsewhere}
                    """));

        for (Meshes mesh : List.of(gateway, virtual)) {
            assertThat(routes(mesh, "shop")).isNotEmpty().allSatisfy(route -> {
                assertThat(route.getRoute().getCluster()).isEqualTo("BlackHoleCluster");
                assertThat(route.hasRedirect() || route.hasDirectResponse()).isFalse();
            });
        }
    }

    @Test
    void conditionsThatNoCallMeetsAreLeftOut() {
        Meshes mesh =
                Meshes.of(Meshes.service("web"), Meshes.service("v1"), virtualService("name: v, namespace: shop", """
                      http:
                      - match: [{method: {exact: GET}}, {queryParams: {q: {exact: a}}}, {headers: {h: {regex: "(?=x)"}}}]
                        route: [{destination: {host: v1}}]
                      - match: [{method: {exact: POST}, headers: {h: {prefix: a}}, withoutHeaders: {i: {}}}]
                        route: [{destination: {host: v1}}]
                    """));

        List<Route> routes = routes(mesh, "shop");

        assertThat(routes).hasSize(1);
        assertThat(routes.getFirst().getMatch().getHeadersCount()).isEqualTo(2);
        assertThat(routes.getFirst().getMatch().getHeaders(0).getStringMatch().getPrefix())
                .isEqualTo("a");
        assertThat(routes.getFirst().getMatch().getHeaders(1).getInvertMatch()).isTrue();
    }

    @Test
    void aVirtualServiceCountsWhereItIsExportedTo() {
        Meshes mesh = Meshes.of(
                Meshes.service("web"), Meshes.service("v1"), virtualService("name: v, namespace: other", """
                      exportTo: [.]
                      http:
                      - route: [{destination: {host: v1.shop.svc.cluster.local}}]
                    """));

        assertThat(routes(mesh, "other").getFirst().getRoute().getCluster()).isEqualTo(V1);
        assertThat(routes(mesh, "shop").getFirst().getRoute().getCluster()).isEqualTo(WEB);
    }

    @Test
    void routesOfTheClientsNamespaceCountForItsClientsOnly() {
        Meshes mesh = Meshes.of(
                Meshes.service("web"),
                Meshes.service("v1"),
                Meshes.service("v2"),
                httpRoute("name: producer, namespace: shop", "  - backendRefs: [{name: v1, port: 80}]"),
                httpRoute(
                        "name: consumer, namespace: other",
                        "  - backendRefs: [{name: v2, namespace: shop, port: 80}]"));

        assertThat(routes(mesh, "other").getFirst().getRoute().getCluster()).isEqualTo(V2);
        assertThat(routes(mesh, "third").getFirst().getRoute().getCluster()).isEqualTo(V1);
    }

    @Test
    void grpcRoutesComeBeforeHttpRoutes() {
        Meshes mesh = Meshes.of(
                Meshes.service("web"),
                Meshes.service("v1"),
                Meshes.service("v2"),
                httpRoute("name: http, namespace: shop", "  - backendRefs: [{name: v1, port: 80}]"),
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: grpc, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: web}]
                  rules:
                  - matches: [{method: {service: a.B}}, {method: {method: C}}, {method: {service: a.B, method: C}}]
                    backendRefs: [{name: v2, port: 80}]
                """);

        List<Route> routes = routes(mesh, "shop");

        assertThat(routes).allMatch(route -> route.getRoute().getCluster().equals(V2));
        assertThat(routes.get(0).getMatch().getPath()).isEqualTo("/a.B/C");
        assertThat(routes.get(1).getMatch().getPrefix()).isEqualTo("/a.B/");
        assertThat(routes.get(2).getMatch().getSafeRegex().getRegex()).isEqualTo("/[^/]+/C");
    }

    @Test
    void aServiceThatNobodySeesHasNoRoutes() {
        Meshes mesh = Meshes.of("""
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop, annotations: {networking.istio.io/exportTo: "."}}
            spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}
            """);

        assertThat(of(mesh, "other").getVirtualHostsCount()).isZero();
        assertThat(of(mesh, "shop").getVirtualHostsCount()).isOne();
        assertThat(mesh.knows(Meshes.client("other"), ResourceKind.LISTENER, "web.shop.svc.cluster.local:80"))
                .isFalse();
    }

    @Test
    void aServiceEntryIsSeenWhereItIsExportedTo() {
        Meshes mesh = Meshes.of("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: far, namespace: shop}
            spec:
              hosts: [far.example]
              ports: [{number: 80, name: grpc, protocol: GRPC}]
              resolution: STATIC
              endpoints: [{address: 10.9.9.9}]
              exportTo: [., friend]
            """);

        assertThat(mesh.knows(Meshes.client("shop"), ResourceKind.LISTENER, "far.example:80"))
                .isTrue();
        assertThat(mesh.knows(Meshes.client("friend"), ResourceKind.LISTENER, "far.example:80"))
                .isTrue();
        assertThat(mesh.knows(Meshes.client("other"), ResourceKind.LISTENER, "far.example:80"))
                .isFalse();
    }
}
