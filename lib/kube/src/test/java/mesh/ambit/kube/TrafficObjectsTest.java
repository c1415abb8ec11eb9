package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import mesh.ambit.kube.VirtualService.Destination;
import mesh.ambit.kube.VirtualService.HttpMatch;
import mesh.ambit.kube.VirtualService.HttpRule;
import org.junit.jupiter.api.Test;

class TrafficObjectsTest {
    @Test
    void virtualServiceIsReadWhole() {
        VirtualService service = (VirtualService) one("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: web, namespace: shop}
                spec:
                  hosts: [web]
                  gateways: [mesh]
                  exportTo: ["."]
                  http:
                  - name: canary
                    match:
                    - uri: {prefix: /a}
                      headers: {x-team: {exact: blue}, x-any: {}}
                      port: 80
                      sourceLabels: {app: shop}
                    route:
                    - {destination: {host: web, subset: v1, port: {number: 80}}, weight: 90}
                    - {destination: {host: web, subset: v2}, weight: 10, headers: {response: {add: {a: b}}}}
                    timeout: 2s
                    retries: {attempts: 3, perTryTimeout: 500ms, retryOn: 5xx}
                    fault: {delay: {fixedDelay: 1s, percentage: {value: 0.5}}, abort: {httpStatus: 503}}
                    mirror: {host: copy}
                    mirrorPercent: 7
                    corsPolicy: {allowOrigins: [{regex: .*}], maxAge: 1h}
                  - redirect: {uri: /b, redirectCode: 302}
                  tls:
                  - {match: [{sniHosts: [a.example.com], port: 443}], route: [{destination: {host: a}}]}
                  tcp:
                  - {route: [{destination: {host: b}}]}
                """);

        HttpRule rule = service.http().getFirst();
        HttpMatch match = rule.matches().getFirst();
        assertThat(match.uri()).isEqualTo(new StringMatch(StringMatch.Type.PREFIX, "/a"));
        assertThat(match.headers())
                .containsEntry("x-team", new StringMatch(StringMatch.Type.EXACT, "blue"))
                .containsEntry("x-any", new StringMatch(StringMatch.Type.PRESENT, ""));
        assertThat(match.client().port()).isEqualTo(80);
        assertThat(rule.route().getFirst().destination()).isEqualTo(new Destination("web", "v1", 80));
        assertThat(rule.route().getLast().headers().response().add()).isEqualTo(Map.of("a", "b"));
        assertThat(requireNonNull(rule.retries()).perTryTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(requireNonNull(rule.fault()).delayPercent()).isEqualTo(0.5);
        assertThat(rule.mirrors()).containsExactly(new VirtualService.Mirror(new Destination("copy", "", null), 7.0));
        assertThat(requireNonNull(service.http().getLast().redirect()).code()).isEqualTo(302);
        assertThat(service.tls().getFirst().matches().getFirst().sniHosts()).containsExactly("a.example.com");
        assertThat(service.tcp()).hasSize(1);
    }

    @Test
    void destinationRuleIsReadWhole() {
        DestinationRule rule = (DestinationRule) one("""
                apiVersion: networking.istio.io/v1beta1
                kind: DestinationRule
                metadata: {name: web, namespace: shop}
                spec:
                  host: web.shop.svc.cluster.local
                  trafficPolicy:
                    loadBalancer:
                      consistentHash: {httpCookie: {name: c, ttl: 0s}, ringHash: {minimumRingSize: 1024}}
                      localityLbSetting: {failover: [{from: a, to: b}], distribute: [{from: a, to: {b: 100}}]}
                      warmupDurationSecs: 30s
                    connectionPool: {tcp: {maxConnections: 7, connectTimeout: 1s}, http: {http2MaxRequests: 9}}
                    outlierDetection: {consecutive5xxErrors: 3, interval: 5s}
                    tls: {mode: MUTUAL, clientCertificate: c.pem, subjectAltNames: [s]}
                    portLevelSettings: [{port: {number: 81}, loadBalancer: {simple: RANDOM}}]
                  subsets:
                  - {name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}
                """);

        TrafficPolicy policy = requireNonNull(rule.policy());
        TrafficPolicy.ConsistentHash hash =
                requireNonNull(requireNonNull(policy.loadBalancer()).consistentHash());
        assertThat(hash.ringSize()).isEqualTo(1024);
        assertThat(hash.cookie()).isEqualTo(new TrafficPolicy.Cookie("c", "", Duration.ZERO));
        assertThat(requireNonNull(policy.connectionPool()).tcp().maxConnections())
                .isEqualTo(7);
        assertThat(requireNonNull(policy.outlierDetection()).consecutive5xxErrors())
                .isEqualTo(3);
        assertThat(requireNonNull(policy.tls()).subjectAltNames()).containsExactly("s");
        assertThat(requireNonNull(requireNonNull(policy.ports().get(81)).loadBalancer())
                        .simple())
                .isEqualTo("RANDOM");
        assertThat(rule.subsets().getFirst().labels()).isEqualTo(Map.of("version", "v1"));
    }

    @Test
    void tokensAndReportsAreRead() {
        RequestAuthentication authentication = (RequestAuthentication) one("""
                apiVersion: security.istio.io/v1
                kind: RequestAuthentication
                metadata: {name: jwt, namespace: shop}
                spec:
                  targetRefs: [{kind: Service, group: "", name: web}]
                  jwtRules:
                  - {issuer: i, jwksUri: "https://i/keys", fromHeaders: [{name: x, prefix: "T "}], timeout: 5s}
                """);
        Telemetry telemetry = (Telemetry) one("""
                apiVersion: telemetry.istio.io/v1
                kind: Telemetry
                metadata: {name: all, namespace: istio-system}
                spec:
                  tracing: [{randomSamplingPercentage: 1.5, customTags: {t: {header: {name: x, defaultValue: d}}}}]
                  metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, tagOverrides: {t: {operation: REMOVE}}}]}]
                  accessLogging: [{providers: [{name: otel}], filter: {expression: "response.code >= 400"}}]
                """);

        assertThat(authentication.rules().getFirst().fromHeaders())
                .containsExactly(new RequestAuthentication.TokenHeader("x", "T "));
        assertThat(telemetry.tracing().getFirst().samplingPercent()).isEqualTo(1.5);
        assertThat(telemetry.tracing().getFirst().customTags())
                .containsEntry("t", new Telemetry.Tag(Telemetry.Tag.Source.HEADER, "x", "d"));
        assertThat(telemetry.metrics().getFirst().overrides().getFirst().tags())
                .containsEntry("t", new Telemetry.TagOverride(true, ""));
        assertThat(telemetry.accessLogging().getFirst().filter()).isEqualTo("response.code >= 400");
    }

    private static KubeObject one(String text) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return parsed.objects().getFirst();
    }
}
