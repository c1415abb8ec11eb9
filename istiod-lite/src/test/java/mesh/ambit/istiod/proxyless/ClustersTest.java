package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.Locality;
import org.junit.jupiter.api.Test;

class ClustersTest {
    private static final String HOST = "web.shop.svc.cluster.local";
    private static final String WEB = "outbound|80||" + HOST;
    private static final List<String> TWO =
            List.of(Meshes.service("web"), Meshes.pod("one", "web", "10.0.0.1"), Meshes.pod("two", "web", "10.0.0.2"));

    private static Meshes mesh(String... more) {
        List<String> all = new ArrayList<>(TWO);
        all.addAll(List.of(more));
        return Meshes.of(all.toArray(String[]::new));
    }

    private static String rule(String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec:
              host: web
            %s
            """.formatted(spec);
    }

    private static Cluster cluster(Meshes mesh, String name) {
        return mesh.message(Meshes.client("shop"), ResourceKind.CLUSTER, name, Cluster.parser());
    }

    private static List<String> endpoints(Meshes mesh, String name) {
        return mesh
                .message(Meshes.client("shop"), ResourceKind.ENDPOINT, name, ClusterLoadAssignment.parser())
                .getEndpointsList()
                .stream()
                .flatMap(group -> group.getLbEndpointsList().stream())
                .map(endpoint -> endpoint.getEndpoint().getAddress().getSocketAddress())
                .map(address -> address.getAddress() + ":" + address.getPortValue())
                .toList();
    }

    @Test
    void endpointsAreThePodsAtTheirPort() {
        Meshes mesh = mesh();

        assertThat(cluster(mesh, WEB).getType()).isEqualTo(Cluster.DiscoveryType.EDS);
        assertThat(cluster(mesh, WEB).getEdsClusterConfig().getServiceName()).isEqualTo(WEB);
        assertThat(endpoints(mesh, WEB)).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");
        assertThat(endpoints(mesh, "outbound|80||gone.shop.svc.cluster.local")).isEmpty();
        assertThat(mesh.knows(Meshes.client("shop"), ResourceKind.CLUSTER, "outbound|81||" + HOST))
                .isFalse();
        assertThat(mesh.knows(Meshes.client("shop"), ResourceKind.CLUSTER, "nonsense"))
                .isFalse();
    }

    @Test
    void subsetsAreEndpointsWithLabels() {
        Meshes mesh = mesh(rule("  subsets: [{name: v2, labels: {version: two}}]"));

        assertThat(endpoints(mesh, "outbound|80|v2|" + HOST)).containsExactly("10.0.0.2:8080");
        assertThat(endpoints(mesh, "outbound|80|unknown|" + HOST)).isEmpty();
    }

    @Test
    @SuppressWarnings("deprecation") // The field that all clients know.
    void mutualTlsAcceptsTheIdentitiesOfTheEndpoints() throws InvalidProtocolBufferException {
        Meshes mesh = mesh(rule("  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"));

        UpstreamTlsContext tls =
                cluster(mesh, WEB).getTransportSocket().getTypedConfig().unpack(UpstreamTlsContext.class);

        assertThat(cluster(mesh, WEB).getTransportSocket().getName()).isEqualTo("envoy.transport_sockets.tls");
        assertThat(tls.getCommonTlsContext()
                        .getCombinedValidationContext()
                        .getDefaultValidationContext()
                        .getMatchSubjectAltNamesList())
                .extracting(matcher -> matcher.getExact())
                .containsExactly("spiffe://cluster.local/ns/shop/sa/web");
        assertThat(tls.getCommonTlsContext().getTlsCertificateProviderInstance().getInstanceName())
                .isEqualTo("default");
    }

    @Test
    @SuppressWarnings("deprecation") // Likewise.
    void whoIsNotKnownYetIsNotAccepted() throws InvalidProtocolBufferException {
        Meshes mesh = Meshes.of(Meshes.service("web"), rule("  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"));

        UpstreamTlsContext tls =
                cluster(mesh, WEB).getTransportSocket().getTypedConfig().unpack(UpstreamTlsContext.class);

        assertThat(tls.getCommonTlsContext()
                        .getCombinedValidationContext()
                        .getDefaultValidationContext()
                        .getMatchSubjectAltNamesCount())
                .isOne();
    }

    @Test
    void tlsThatClientsCannotDoLeavesTheClusterWithoutEndpoints() {
        Meshes mesh = mesh(rule("  trafficPolicy: {tls: {mode: SIMPLE}}"));

        assertThat(endpoints(mesh, WEB)).isEmpty();
        assertThat(mesh.resource(Meshes.client("shop"), ResourceKind.CLUSTER, WEB)
                        .remarks())
                .anyMatch(remark -> remark.contains("tls.mode SIMPLE"));
    }

    @Test
    void balancersThatClientsRefuseAreReplaced() {
        for (String simple : List.of("LEAST_REQUEST", "RANDOM", "PASSTHROUGH")) {
            Meshes mesh = mesh(rule("  trafficPolicy: {loadBalancer: {simple: " + simple + "}}"));

            assertThat(cluster(mesh, WEB).getLbPolicy()).isEqualTo(Cluster.LbPolicy.ROUND_ROBIN);
        }
        Meshes hashing = mesh(rule(
                "  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: user, maglev: {tableSize: 7}}}}"));
        assertThat(cluster(hashing, WEB).getLbPolicy()).isEqualTo(Cluster.LbPolicy.RING_HASH);
        assertThat(cluster(hashing, WEB)
                        .getRingHashLbConfig()
                        .getMinimumRingSize()
                        .getValue())
                .isEqualTo(1024);
        assertThat(hashing.message(Meshes.client("shop"), ResourceKind.ROUTE, WEB, RouteConfiguration.parser())
                        .getVirtualHosts(0)
                        .getRoutes(0)
                        .getRoute()
                        .getHashPolicy(0)
                        .getHeader()
                        .getHeaderName())
                .isEqualTo("user");
    }

    @Test
    void portsAndSubsetsHavePoliciesOfTheirOwn() {
        Meshes mesh = mesh(rule("""
              trafficPolicy:
                connectionPool: {http: {http2MaxRequests: 7}}
                outlierDetection: {interval: 3s}
                portLevelSettings: [{port: {number: 80}, connectionPool: {http: {http2MaxRequests: 9}}}]
              subsets:
              - {name: v2, labels: {version: two}, trafficPolicy: {outlierDetection: {interval: 5s}}}
            """));

        Cluster whole = cluster(mesh, WEB);
        Cluster subset = cluster(mesh, "outbound|80|v2|" + HOST);

        assertThat(whole.getCircuitBreakers().getThresholds(0).getMaxRequests().getValue())
                .isEqualTo(9);
        assertThat(whole.hasOutlierDetection()).isFalse();
        assertThat(subset.getCircuitBreakers().getThresholds(0).getMaxRequests().getValue())
                .isEqualTo(9);
        assertThat(subset.getOutlierDetection().getInterval().getSeconds()).isEqualTo(5);
        assertThat(subset.getOutlierDetection().hasEnforcingSuccessRate()).isTrue();
        assertThat(subset.getOutlierDetection().getEnforcingSuccessRate().getValue())
                .isZero();
    }

    @Test
    void nearEndpointsComeFirstWithoutGaps() {
        Meshes mesh = Meshes.of("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: out, namespace: shop}
            spec:
              hosts: [out.example]
              addresses: [10.96.7.7]
              resolution: STATIC
              ports: [{number: 80, name: grpc, protocol: GRPC}]
              endpoints:
              - {address: 10.0.1.1, locality: eu/a}
              - {address: 10.0.1.2, locality: us/b}
            """, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: out, namespace: shop}
            spec: {host: out.example, trafficPolicy: {outlierDetection: {interval: 1s}}}
            """);
        Viewer here = new Viewer(
                "shop", "shop.svc.cluster.local", new TreeMap<>(), List.of(), "", new Locality("eu", "a", ""), "");

        ClusterLoadAssignment assignment =
                mesh.message(here, ResourceKind.ENDPOINT, "outbound|80||out.example", ClusterLoadAssignment.parser());

        assertThat(assignment.getEndpointsList())
                .extracting(group -> group.getLocality().getRegion() + group.getPriority())
                .containsExactly("eu0", "us1");
    }

    @Test
    void oneNameToBeResolvedIsAClusterOfItsOwnKind() {
        Meshes mesh = Meshes.of("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: out, namespace: shop}
            spec:
              hosts: [out.example]
              resolution: DNS
              ports: [{number: 80, name: grpc, protocol: GRPC}]
            """);

        Cluster cluster = cluster(mesh, "outbound|80||out.example");

        assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.LOGICAL_DNS);
        assertThat(cluster.getLoadAssignment()
                        .getEndpoints(0)
                        .getLbEndpoints(0)
                        .getEndpoint()
                        .getAddress()
                        .getSocketAddress()
                        .getAddress())
                .isEqualTo("out.example");
    }

    private static String entry(String address, long weight, String place) {
        return """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: w%1$s, namespace: shop, labels: {app: web}}
            spec: {address: %1$s, weight: %2$d, locality: %3$s, labels: {app: web}}
            """.formatted(address, weight, place);
    }

    @Test
    void veryLargeWeightsAreMadeLessAlikeSoThatTheirSumFits() {
        Meshes mesh = Meshes.of(
                """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: web, namespace: shop}
            spec:
              hosts: [web.example.com]
              addresses: [10.9.9.9]
              ports: [{number: 80, name: grpc, protocol: GRPC}]
              resolution: STATIC
              workloadSelector: {labels: {app: web}}
            """,
                entry("10.0.0.1", 4_294_967_295L, "r/a"),
                entry("10.0.0.2", 2_147_483_648L, "r/b"),
                entry("10.0.0.3", 1, "r/b"));

        ClusterLoadAssignment assignment = mesh.message(
                Meshes.client("shop"),
                ResourceKind.ENDPOINT,
                "outbound|80||web.example.com",
                ClusterLoadAssignment.parser());

        assertThat(assignment.getEndpointsList())
                .extracting(group -> group.getLoadBalancingWeight().getValue())
                .containsExactly(1_073_741_823, 536_870_913);
        assertThat(assignment.getEndpoints(1).getLbEndpointsList())
                .extracting(endpoint -> endpoint.getLoadBalancingWeight().getValue())
                .containsExactly(536_870_912, 1);
    }

    @Test
    void whoCannotDoMutualTlsIsSentAClusterThatTakesNoRequestInstead() throws InvalidProtocolBufferException {
        Meshes mesh = mesh(rule("  trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"));

        Generated generated = mesh.resource(Meshes.client("shop"), ResourceKind.CLUSTER, WEB);

        Cluster closed = Cluster.parseFrom(requireNonNull(generated.closed()).content());
        assertThat(closed.getName()).isEqualTo(WEB);
        assertThat(closed.getEdsClusterConfig().getServiceName()).isEqualTo(WEB);
        assertThat(closed.hasTransportSocket()).isFalse();
        CircuitBreakers.Thresholds limits = closed.getCircuitBreakers().getThresholds(0);
        assertThat(limits.hasMaxRequests()).isTrue();
        assertThat(limits.getMaxRequests().getValue()).isZero();
        assertThat(mesh().resource(Meshes.client("shop"), ResourceKind.CLUSTER, WEB)
                        .closed())
                .isNull();
    }
}
