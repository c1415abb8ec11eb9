package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmbientIndexTest {
    @Test
    void emptyClusterIsAnEmptyMesh() {
        assertThat(compute("")).isEqualTo(MeshState.EMPTY);
    }

    @Test
    void resourcesAreNamedAsClientsAskForThem() {
        MeshState state = compute("""
                {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web}}, status: {podIP: 10.0.0.1}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1}}
                ---
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, namespace: shop,
                 labels: {kubernetes.io/service-name: web}}, addressType: IPv4, endpoints: [{addresses: [10.0.0.2]}]}
                ---
                {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: shop}, spec: {}}
                """);

        assertThat(state.addresses())
                .containsOnlyKeys(
                        "Kubernetes//Pod/shop/web-1",
                        "Kubernetes/discovery.k8s.io/EndpointSlice/shop/s/10.0.0.2",
                        "shop/web.shop.svc.cluster.local");
        assertThat(state.authorizations()).containsOnlyKeys("shop/p");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{phase: Running}",
                "{phase: Succeeded, podIP: 10.0.0.1}",
                "{phase: Failed, podIP: 10.0.0.1}",
                "{podIPs: [{ip: 10.0.0.1}, {ip: nonsense}]}"
            })
    void podsThatEndedOrHaveNoUsableAddressAreLeftOut(String status) {
        assertThat(compute(pod("", status)).addresses()).isEmpty();
    }

    @Test
    void podsAreHealthyWhenReadyAndNotLeaving() {
        String ready = "{phase: Pending, podIP: 10.0.0.1, conditions: [{type: Ready, status: 'True'}]}";

        assertThat(workload(pod("", ready)).status()).isEqualTo(WorkloadStatus.HEALTHY);
        assertThat(workload(pod("", "{phase: Odd, podIP: 10.0.0.1}")).status()).isEqualTo(WorkloadStatus.UNHEALTHY);
        assertThat(workload(pod("deletionTimestamp: '2026-01-01T00:00:00Z'", ready))
                        .status())
                .isEqualTo(WorkloadStatus.UNHEALTHY);
    }

    @Test
    void firstConditionOfATypeCounts() {
        assertThat(workload(pod(
                                "",
                                "{podIP: 10.0.0.1, conditions: [{type: Ready, status: 'False'}, "
                                        + "{type: Ready, status: 'True'}]}"))
                        .status())
                .isEqualTo(WorkloadStatus.UNHEALTHY);
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "addressType: Odd, 1", "addressType: FQDN, 0"})
    void slicesListAddressesUnlessTheySayNames(String type, int workloads) {
        MeshState state = compute("""
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: None}}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: s, namespace: shop, labels: {kubernetes.io/service-name: web}}
                endpoints: [{addresses: [10.0.0.2]}]
                """ + type);

        assertThat(state.addresses().values())
                .filteredOn(Workload.class::isInstance)
                .hasSize(workloads);
    }

    @Test
    void mappedAddressesStayAsLongAsTheyWereWritten() {
        assertThat(workload(pod("", "{podIP: '::ffff:10.0.0.1'}"))
                        .addresses()
                        .getFirst()
                        .getAddress())
                .hasSize(16);
    }

    @Test
    void networkIsThatOfTheSystemNamespace() {
        String network = "\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: istio-system, "
                + "labels: {topology.istio.io/network: n1}}}";

        assertThat(workload(pod("labels: {topology.istio.io/network: n2}", "{podIP: 10.0.0.1}") + network)
                        .network())
                .isEqualTo("n1");
    }

    @Test
    void onlyPoliciesOfOurRevisionCount() {
        String policy = "{apiVersion: security.istio.io/v1, kind: %s, metadata: {name: %s, namespace: shop, "
                + "labels: {%s}}, spec: {}}\n---\n";
        MeshState state = compute(policy.formatted("AuthorizationPolicy", "none", "")
                + policy.formatted("AuthorizationPolicy", "ours", "istio.io/rev: default")
                + policy.formatted("AuthorizationPolicy", "other", "istio.io/rev: canary")
                + policy.formatted("AuthorizationPolicy", "empty", "istio.io/rev: ''")
                + policy.formatted("PeerAuthentication", "other", "istio.io/rev: canary"));

        assertThat(state.authorizations()).containsOnlyKeys("shop/none", "shop/ours");
    }

    @Test
    void endpointsWithAnUnusableAddressAreLeftOutAlone() {
        MeshState state = compute("""
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: None}}
                ---
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, namespace: shop,
                 labels: {kubernetes.io/service-name: web}}, addressType: IPv4, endpoints: [{addresses: []},
                 {addresses: [x]}, {addresses: [10.0.0.2], conditions: {ready: false}}, {addresses: [10.0.0.2]},
                 {addresses: [10.0.0.3], targetRef: {kind: Pod, name: gone}}]}
                """);

        assertThat(state.addresses().values())
                .filteredOn(Workload.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        Workload.class,
                        workload -> assertThat(workload.status()).isEqualTo(WorkloadStatus.UNHEALTHY));
    }

    @Test
    void oneUnusableServiceStopsNobody() {
        MeshState state = compute("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, "
                + "spec: {clusterIP: x}}\n---\n" + pod("", "{podIP: 10.0.0.1}"));

        assertThat(state.addresses()).hasSize(1);
        assertThat(state.warnings()).hasSize(1);
    }

    private static String pod(String metadata, String status) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, " + metadata + "}, status: "
                + status + "}";
    }

    private static Workload workload(String yaml) {
        List<Workload> workloads = compute(yaml).addresses().values().stream()
                .filter(Workload.class::isInstance)
                .map(Workload.class::cast)
                .toList();
        assertThat(workloads).hasSize(1);
        return workloads.getFirst();
    }

    private static MeshState compute(String yaml) {
        return AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT);
    }
}
