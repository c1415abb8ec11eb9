package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whose rules come first, and what single ones of them mean to clients that read less than a proxy. */
class PrecedenceTest {
    private static final String WEB = "outbound|80||web.shop.svc.cluster.local";
    private static final String OLD = "2026-01-01T00:00:00Z";
    private static final String NEW = "2026-01-02T00:00:00Z";

    private static VirtualHost host(Meshes mesh, String namespace) {
        return mesh.message(Meshes.client(namespace), ResourceKind.ROUTE, WEB, RouteConfiguration.parser())
                .getVirtualHosts(0);
    }

    private static List<Route> routes(Meshes mesh, String namespace) {
        return host(mesh, namespace).getRoutesList();
    }

    private static String cluster(Meshes mesh, String namespace) {
        return routes(mesh, namespace).getFirst().getRoute().getCluster();
    }

    private static String httpRoute(String created, String rules) {
        return """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r, namespace: shop, creationTimestamp: "%s"}
            spec:
              parentRefs: [{group: "", kind: Service, name: web}]
              rules: [%s]
            """.formatted(created, rules);
    }

    private static String virtualService(String created, String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: shop, creationTimestamp: "%s"}
            spec:
              hosts: [web]
              %s
            """.formatted(created, spec);
    }

    private static Meshes mesh(String... rules) {
        List<String> all = new ArrayList<>(List.of(Meshes.service("web"), Meshes.service("v1"), Meshes.service("v2")));
        all.addAll(List.of(rules));
        return Meshes.of(all.toArray(String[]::new));
    }

    @Test
    void routesOfTheClientsNamespaceCountWhateverTheirAge() {
        Meshes mesh = mesh(
                httpRoute(NEW, "{backendRefs: [{name: v1, port: 80}]}"),
                virtualService(OLD, "http: [{route: [{destination: {host: v2}}]}]"));

        assertThat(cluster(mesh, "shop")).contains("v1");
        assertThat(cluster(mesh, "other")).as("for others the older").contains("v2");
    }

    @Test
    void aVirtualServiceForItsNamespaceAloneComesBeforeRoutes() {
        Meshes mesh = mesh(httpRoute(OLD, "{backendRefs: [{name: v1, port: 80}]}"), virtualService(NEW, """
                        exportTo: [.]
                          http: [{route: [{destination: {host: v2}}]}]
                        """));

        assertThat(cluster(mesh, "shop")).contains("v2");
        assertThat(cluster(mesh, "other")).contains("v1");
    }

    @Test
    void theTimeOfABackendIsThatOfTheCallWhereNoRetriesAreAskedFor() {
        Meshes mesh = mesh(
                httpRoute(OLD, "{timeouts: {request: 3s, backendRequest: 1s}, backendRefs: [{name: v1, port: 80}]}"));
        Meshes again = mesh(
                httpRoute(
                        OLD,
                        "{timeouts: {request: 3s, backendRequest: 1s}, retry: {attempts: 2}, backendRefs: [{name: v1, port: 80}]}"));

        assertThat(seconds(mesh)).isEqualTo(1);
        assertThat(seconds(again)).isEqualTo(3);
    }

    private static long seconds(Meshes mesh) {
        return routes(mesh, "shop")
                .getFirst()
                .getRoute()
                .getMaxStreamDuration()
                .getMaxStreamDuration()
                .getSeconds();
    }

    @Test
    void callsWithoutAHeaderDoNotHaveTheValueThatTheyMustNotHave() {
        Meshes mesh = mesh(virtualService(OLD, """
                http:
                  - match: [{withoutHeaders: {x: {exact: a}, y: {prefix: b}}}]
                    route: [{destination: {host: v1}}]
                  - match: [{withoutHeaders: {a: {exact: a}, b: {exact: a}, c: {exact: a}, d: {exact: a}, e: {exact: a}}}]
                    route: [{destination: {host: v2}}]
                """));

        List<Route> routes = routes(mesh, "shop");

        assertThat(routes)
                .as("each absent or other; too many of them are left out")
                .extracting(route -> route.getMatch().getHeadersList().stream()
                        .map(PrecedenceTest::text)
                        .collect(Collectors.joining(" ")))
                .containsExactly("no x no y", "no x not y", "not x no y", "not x not y");
        assertThat(routes).allMatch(route -> route.getRoute().getCluster().contains("v1"));
    }

    private static String text(HeaderMatcher header) {
        return (header.getInvertMatch() ? "no" : "") + (header.hasPresentMatch() ? " " : "t ") + header.getName();
    }

    @Test
    void aNameWithADotAtItsEndIsTheFullName() {
        Meshes mesh = mesh();

        assertThat(mesh.knows(Meshes.client("shop"), ResourceKind.LISTENER, "web.shop.svc.cluster.local.:80"))
                .isTrue();
        assertThat(mesh.knows(Meshes.client("shop"), ResourceKind.LISTENER, "web.:80"))
                .as("not a short one")
                .isFalse();
        assertThat(host(mesh, "shop").getDomainsList())
                .contains("web.shop.svc.cluster.local.:80")
                .as("clients in Java refuse it")
                .noneMatch(domain -> domain.endsWith("."));
    }
}
