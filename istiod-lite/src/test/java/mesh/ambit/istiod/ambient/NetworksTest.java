package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;

/** Endpoints on other networks, with the feature for it switched on. */
class NetworksTest {
    private static final String SHOP = """
            {apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: here}}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "serviceScopeConfigs: [{servicesSelector: {matchLabels: {istio.io/global: 'true'}}, scope: GLOBAL}]"}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/global: 'true'}}, spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: local, namespace: shop}, spec: {clusterIP: 10.96.0.2, selector: {app: web}, ports: [{name: http, port: 80}]}}
            ---
            """;

    @Test
    void oneWorkloadStandsForAllOfAService() {
        MeshState state = compute(gateway("east", "there", "lb.example.net", "00")
                + entry("a", "there", 3, "x")
                + entry("b", "there", 0, "")
                + entry("c", "here", 0, "y")
                + entry("d", "nowhere", 0, "z"));

        assertThat(state.addresses())
                .containsOnlyKeys(
                        "shop/web.shop.svc.cluster.local",
                        "shop/local.shop.svc.cluster.local",
                        "NetworkGateway/there/lb.example.net/15008",
                        "Kubernetes/networking.istio.io/WorkloadEntry/shop/c",
                        "there/SplitHorizonWorkload/istio-system/east/lb.example.net/shop/web.shop.svc.cluster.local");
        Workload stand = workload(
                state, "there/SplitHorizonWorkload/istio-system/east/lb.example.net/shop/web.shop.svc.cluster.local");
        Service service = (Service) requireNonNull(state.addresses().get("shop/web.shop.svc.cluster.local"));
        assertThat(stand.capacity()).isEqualTo(4);
        assertThat(stand.tunnelProtocol()).isEqualTo(TunnelProtocol.HBONE);
        assertThat(stand.networkGateway())
                .isEqualTo(new GatewayAddress(new NamespacedHostname("istio-system", "lb.example.net"), 15008));
        assertThat(stand.services().get(service.key())).containsExactlyElementsOf(service.ports());
        assertThat(service.ports()).extracting(Port::targetPort).containsExactly(8080);
        assertThat(service.subjectAltNames())
                .containsExactly(
                        "spiffe://cluster.local/ns/shop/sa/",
                        "spiffe://cluster.local/ns/shop/sa/x",
                        "spiffe://cluster.local/ns/shop/sa/z");
    }

    @Test
    void theOldestGatewayLeadsToANetwork() {
        MeshState state = compute(gateway("b", "there", "10.0.0.2", "30")
                + gateway("c", "there", "10.0.0.3", "10")
                + gateway("a", "there", "10.0.0.1", "10")
                + entry("x", "there", 0, ""));

        assertThat(state.addresses())
                .containsKey("there/SplitHorizonWorkload/istio-system/a/10.0.0.1/shop/web.shop.svc.cluster.local");
    }

    @Test
    void withoutTheFeatureEndpointsOfOtherNetworksAreToldWithTheirGateway() {
        MeshState state = AmbientIndex.compute(
                Objects.set(SHOP + gateway("east", "there", "10.0.0.1", "00") + entry("a", "there", 0, "")),
                MeshSettings.DEFAULT);

        Workload entry = workload(state, "Kubernetes/networking.istio.io/WorkloadEntry/shop/a");
        assertThat(entry.network()).isEqualTo("there");
        assertThat(requireNonNull(entry.networkGateway()).hboneMtlsPort()).isEqualTo(15008);
        assertThat(entry.services()).hasSize(2);
    }

    private static Workload workload(MeshState state, String name) {
        return (Workload) requireNonNull(state.addresses().get(name));
    }

    private static String gateway(String name, String network, String address, String second) {
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: " + name
                + ", namespace: istio-system, labels: {topology.istio.io/network: " + network
                + "}, creationTimestamp: '2026-03-01T00:00:" + second
                + "Z'}, spec: {gatewayClassName: istio-remote, listeners: [{name: cross, port: 15008, protocol: HBONE}]},"
                + " status: {addresses: [{type: " + (address.startsWith("10.") ? "IPAddress" : "Hostname")
                + ", value: " + address + "}]}}\n---\n";
    }

    private static String entry(String name, String network, int weight, String account) {
        return "{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: " + name
                + ", namespace: shop, labels: {app: web}}, spec: {address: 10.1.0.1, network: " + network
                + ", weight: " + weight + ", serviceAccount: '" + account + "'}}\n---\n";
    }

    private static MeshState compute(String yaml) {
        return AmbientIndex.compute(
                Objects.set(SHOP + yaml),
                MeshSettings.DEFAULT.withFeatures(
                        EnumSet.of(Feature.MULTI_NETWORK, Feature.SERVICES_SELECT_WORKLOAD_ENTRIES)));
    }
}
