package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which DestinationRules count, where several are about a service. */
class DestinationsTest {
    private static final String HOST = "web.shop.svc.cluster.local";
    private static final String WEB = "outbound|80||" + HOST;
    private static final String MUTUAL = "tls: {mode: ISTIO_MUTUAL}";
    private static final String SEVEN = "connectionPool: {http: {http2MaxRequests: 7}}";

    private static String rule(String name, String created, String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: %s, namespace: shop, creationTimestamp: "2026-01-0%sT00:00:00Z"}
            spec: {%s}
            """.formatted(name, created, spec);
    }

    private static Cluster cluster(String name, String... rules) {
        List<String> all =
                new ArrayList<>(List.of(Meshes.service("web"), Meshes.pod("client-1", "client", "10.0.0.9")));
        all.addAll(List.of(rules));
        Viewer viewer = Meshes.at("10.0.0.9", Map.of("app", "client"));
        return Meshes.of(all.toArray(String[]::new)).message(viewer, ResourceKind.CLUSTER, name, Cluster.parser());
    }

    @Test
    void theClosestHostComesBeforeLabelsOfTheClient() {
        String forLabels = "host: \"*.shop.svc.cluster.local\", workloadSelector: {matchLabels: {app: client}}";
        Cluster close = cluster(
                WEB,
                rule("wide", "1", forLabels + ", trafficPolicy: {" + MUTUAL + "}"),
                rule("close", "2", "host: web, trafficPolicy: {" + SEVEN + "}"));
        Cluster wide = cluster(
                WEB,
                rule("wide", "1", forLabels + ", trafficPolicy: {" + MUTUAL + "}"),
                rule("all", "2", "host: \"*.shop.svc.cluster.local\", trafficPolicy: {" + SEVEN + "}"));

        assertThat(close.hasTransportSocket()).isFalse();
        assertThat(close.hasCircuitBreakers()).isTrue();
        assertThat(wide.hasTransportSocket()).as("for labels before for all").isTrue();
        assertThat(wide.hasCircuitBreakers()).isFalse();
    }

    @Test
    void rulesForOtherNamespacesAreNotReadTogether() {
        String own = rule("own", "1", "host: web, exportTo: [.], trafficPolicy: {" + SEVEN + "}");
        String all = rule("all", "2", "host: web, trafficPolicy: {" + MUTUAL + "}");
        Cluster apart = cluster(WEB, own, all);
        Cluster together = cluster(WEB, rule("one", "1", "host: web, exportTo: [\"*\"]"), all);

        assertThat(apart.hasTransportSocket())
                .as("of rules for different namespaces the later ones")
                .isTrue();
        assertThat(apart.hasCircuitBreakers()).isFalse();
        assertThat(together.hasTransportSocket()).isTrue();
    }

    @Test
    void thePortOfASubsetHasNothingOfTheRest() {
        Cluster subset = cluster("outbound|80|v2|" + HOST, rule("web", "1", """
                host: web, trafficPolicy: {%s}, subsets: [{name: v2, trafficPolicy: {
                outlierDetection: {interval: 5s}, portLevelSettings: [{port: {number: 80}, %s}]}}]""".formatted(MUTUAL, SEVEN)));

        assertThat(subset.hasCircuitBreakers()).isTrue();
        assertThat(subset.hasOutlierDetection()).isFalse();
        assertThat(subset.hasTransportSocket()).isFalse();
    }
}
