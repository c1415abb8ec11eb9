package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import mesh.ambit.kube.HttpRoute.PathMatch;
import mesh.ambit.kube.HttpRoute.PathType;
import mesh.ambit.kube.HttpRoute.ValueMatch;
import mesh.ambit.kube.RouteFilter.HeaderChange;
import mesh.ambit.kube.RouteFilter.NamedValue;
import mesh.ambit.kube.RouteFilter.PathChange;
import org.junit.jupiter.api.Test;

class RouteObjectsTest {
    @Test
    void httpRouteIsReadWhole() {
        HttpRoute route = (HttpRoute) one("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: web, namespace: shop}
                spec:
                  parentRefs:
                  - {group: "", kind: Service, name: web, port: 80}
                  - {name: gate, namespace: edge, sectionName: https}
                  hostnames: [web.example.com]
                  rules:
                  - name: first
                    matches:
                    - path: {type: Exact, value: /a}
                      headers: [{name: x-team, value: blue}, {name: x-id, type: RegularExpression, value: "[0-9]+"}]
                      queryParams: [{name: q, value: "1"}]
                      method: GET
                    filters:
                    - type: RequestHeaderModifier
                      requestHeaderModifier: {set: [{name: a, value: b}], remove: [c]}
                    - type: RequestMirror
                      requestMirror: {backendRef: {name: copy, port: 80}, fraction: {numerator: 1, denominator: 3}}
                    - type: URLRewrite
                      urlRewrite: {hostname: in.example.com, path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}
                    backendRefs:
                    - {name: v1, port: 80, weight: 9}
                    - name: v2
                      namespace: other
                      port: 81
                      filters: [{type: Later, later: {}}]
                    timeouts: {request: 10s, backendRequest: 1500ms}
                    retry: {codes: [500, 503], attempts: 2, backoff: 100ms}
                    sessionPersistence: {type: Cookie, cookie: {name: s, lifetimeType: Permanent}, absoluteTimeout: 1h}
                  - {}
                """);

        assertThat(route.parents())
                .containsExactly(
                        new ParentRef("", "Service", "", "web", "", 80),
                        new ParentRef("gateway.networking.k8s.io", "Gateway", "edge", "gate", "https", null));
        HttpRoute.Rule rule = route.rules().getFirst();
        HttpRoute.Match match = rule.matches().getFirst();
        assertThat(match.path()).isEqualTo(new PathMatch(PathType.EXACT, "/a"));
        assertThat(match.headers())
                .containsExactly(new ValueMatch("x-team", "blue", false), new ValueMatch("x-id", "[0-9]+", true));
        assertThat(rule.filters())
                .containsExactly(
                        new RouteFilter.RequestHeaders(
                                new HeaderChange(List.of(new NamedValue("a", "b")), List.of(), List.of("c"))),
                        new RouteFilter.Mirror(new BackendRef("", "Service", "", "copy", 80, 1, List.of()), 1, 3),
                        new RouteFilter.Rewrite("in.example.com", new PathChange(true, "/b")));
        assertThat(rule.backends())
                .containsExactly(
                        new BackendRef("", "Service", "", "v1", 80, 9, List.of()),
                        new BackendRef("", "Service", "other", "v2", 81, 1, List.of(new RouteFilter.Unknown("Later"))));
        assertThat(requireNonNull(rule.timeouts()).backendRequest()).isEqualTo(Duration.ofMillis(1500));
        assertThat(requireNonNull(rule.retry()).codes()).containsExactly(500, 503);
        assertThat(requireNonNull(rule.persistence()).permanent()).isTrue();
        assertThat(route.allBackends()).extracting(BackendRef::name).containsExactly("copy", "v1", "v2");
        assertThat(route.rules().getLast().matches()).isEmpty();
    }

    @Test
    void whatMayNotBeUnderstoodIsRefusedUnderAnyReading() {
        String route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules:"
                + " [{matches: [{path: {type: Glob, value: /a}}]}]}}";

        assertThat(KubeYaml.parse(route, "f", Reading.AS_STORED).problems())
                .extracting(Problem::field)
                .containsExactly("spec.rules[0].matches[0].path.type");
    }

    @Test
    void callsConnectionsAndGrantsAreRead() {
        GrpcRoute calls = (GrpcRoute) one("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: calls}
                spec:
                  parentRefs: [{kind: Service, group: "", name: echo}]
                  rules:
                  - matches: [{method: {service: a.Echo, method: Say}, headers: [{name: x, value: y}]}, {}]
                    backendRefs: [{name: echo, port: 9090}]
                """);
        TlsRoute tls = (TlsRoute) one("""
                apiVersion: gateway.networking.k8s.io/v1alpha2
                kind: TLSRoute
                metadata: {name: tls}
                spec: {parentRefs: [{name: g}], hostnames: [a.example.com], rules: [{backendRefs: [{name: a, port: 1}]}]}
                """);
        TcpRoute tcp = (TcpRoute) one("""
                apiVersion: gateway.networking.k8s.io/v1alpha2
                kind: TCPRoute
                metadata: {name: tcp}
                spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: a, port: 1}]}]}
                """);
        ReferenceGrant grant = (ReferenceGrant) one("""
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: g, namespace: other}
                spec:
                  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
                  to: [{group: "", kind: Service, name: v2}]
                """);

        GrpcRoute.Match match = calls.rules().getFirst().matches().getFirst();
        assertThat(match.method()).isEqualTo(new GrpcRoute.MethodMatch("a.Echo", "Say", false));
        assertThat(calls.rules().getFirst().matches().getLast().method()).isNull();
        assertThat(tls.allBackends()).hasSize(1);
        assertThat(tcp.rules()).hasSize(1);
        assertThat(permits(grant, "shop", "v2")).isTrue();
        assertThat(permits(grant, "shop", "v1")).isFalse();
        assertThat(permits(grant, "else", "v2")).isFalse();
    }

    @Test
    void durationsAreThoseOfGo() {
        assertThat(Durations.parse("1h2m3.5s")).isEqualTo(Duration.ofMillis(3_723_500));
        assertThat(Durations.parse("0")).isEqualTo(Duration.ZERO);
        assertThat(Durations.parse("-1.5ms")).isEqualTo(Duration.ofNanos(-1_500_000));
        assertThat(List.of("", "5", "s", "1d", "1s ", "9999999999h", "1.2.3s", "1s1"))
                .allSatisfy(text -> assertThat(Durations.parse(text)).isNull());
    }

    private static boolean permits(ReferenceGrant grant, String namespace, String name) {
        return grant.permits("gateway.networking.k8s.io", "HTTPRoute", namespace, "", "Service", name);
    }

    private static KubeObject one(String text) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return parsed.objects().getFirst();
    }
}
