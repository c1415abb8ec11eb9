package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Second waypoints, edge gateways, sandwiches and what a waypoint is for, which no recorded state shows. */
class WaypointBindingTest {
    private static final String GATES = gateway("one", "service", "") + gateway("two", "all", "");

    @ParameterizedTest
    @CsvSource({"'', 0", "0, 0", "100, 100", "+5, 5", "007, 7"})
    void canaryTakesItsShare(String annotation, int share) {
        Service service = service("istio.io/use-waypoint: one, istio.io/use-waypoint-canary: two", annotation, "");

        assertThat(service.waypoint()).isEqualTo(waypoint("one"));
        assertThat(service.weightedWaypoints())
                .containsExactly(
                        new WeightedWaypoint(waypoint("one"), 100 - share),
                        new WeightedWaypoint(waypoint("two"), share));
    }

    @ParameterizedTest
    @ValueSource(strings = {"' '", "-1", "101", "5.0", "many", "''"})
    void weightThatIsNoneMeansThePrimaryAlone(String weight) {
        String text = weight.equals("''") ? "\"\"" : weight;
        Service service = service("istio.io/use-waypoint: one, istio.io/use-waypoint-canary: two", text, "");

        assertThat(service.waypoint()).isEqualTo(waypoint("one"));
        assertThat(service.weightedWaypoints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "none", "''", "absent", "private"})
    void canaryThatMayNotBeMeansThePrimaryAlone(String canary) {
        Service service = service("istio.io/use-waypoint: one, istio.io/use-waypoint-canary: " + canary, "50", "");

        assertThat(service.waypoint()).isEqualTo(waypoint("one"));
        assertThat(service.weightedWaypoints()).isEmpty();
    }

    @Test
    void canaryOfTheNamespaceCountsWithItsWaypointOnly() {
        String namespace = "istio.io/use-waypoint: one, istio.io/use-waypoint-canary: two";

        assertThat(service("x: y", "20", namespace).weightedWaypoints()).hasSize(2);
        assertThat(service("istio.io/use-waypoint: one", "20", namespace).weightedWaypoints())
                .isEmpty();
        assertThat(service("istio.io/use-waypoint: none", "20", namespace).waypoint())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "T, true", "1, true", "yes, false", "false, false", "'', false"})
    void edgeGatewaysGoThroughTheWaypointWhereTheLabelSaysSo(String text, boolean expected) {
        String label = ", istio.io/ingress-use-waypoint: '" + text + "'";

        assertThat(service("istio.io/use-waypoint: one" + label, "", "").ingressUseWaypoint())
                .isEqualTo(expected);
        assertThat(service("x: y" + label, "", "").ingressUseWaypoint()).isFalse();
        assertThat(service("istio.io/use-waypoint: one", "", "x: y" + label).ingressUseWaypoint())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, NONE, 0",
        "PROXY/15088, PROXY, 15088",
        "PROXY/x, PROXY, 0",
        "PROXY/00000015088, PROXY, 15088",
        "PROXY/99999999999, PROXY, -1"
    })
    void instancesSayHowTheyTakeConnections(String binding, String protocol, int port) {
        Workload pod = workload(gateway("one", "all", binding) + pod("gateway.networking.k8s.io/gateway-name: one"));

        assertThat(pod.waypoint()).isNull();
        assertThat(requireNonNull(pod.applicationTunnel()).protocol()).hasToString(protocol);
        assertThat(pod.applicationTunnel().port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "PROXY/1/2", "TCP", ""})
    void bindingThatIsNoneIsNone(String binding) {
        assertThat(workload(gateway("one", "all", binding) + pod("gateway.networking.k8s.io/gateway-name: one"))
                        .applicationTunnel())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"service, false", "workload, true", "all, true", "All, false", "'', false"})
    void workloadsNeedAWaypointForThem(String trafficType, boolean bound) {
        Workload pod = workload(gateway("one", trafficType, "") + pod("istio.io/use-waypoint: one"));

        assertThat(pod.waypoint()).isEqualTo(bound ? waypoint("one") : null);
    }

    @Test
    void waypointsAreAllowedByNameWhereTheMeshWantsThat() {
        EnumSet<Feature> features = EnumSet.of(Feature.AUTO_ALLOW_WAYPOINT);
        String yaml = GATES
                + pod("istio.io/use-waypoint: two, app: web")
                + "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/use-waypoint:"
                + " one}}, spec: {clusterIP: 10.96.0.1, selector: {app: web}}}\n---\n"
                + instance("one-1", "one", "b")
                + instance("one-2", "one", "a")
                + instance("two-1", "two", "two");
        MeshState state = AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT.withFeatures(features));

        assertThat(((Workload) requireNonNull(state.addresses().get("Kubernetes//Pod/shop/web-1")))
                        .authorizationPolicies())
                .containsExactly("shop/istio_allow_waypoint_shop_one", "shop/istio_allow_waypoint_shop_two");
        assertThat(requireNonNull(state.authorizations().get("shop/istio_allow_waypoint_shop_one"))
                        .groups()
                        .toString())
                .containsSubsequence("cluster.local/ns/shop/sa/a", "cluster.local/ns/shop/sa/b");
        assertThat(state.authorizations()).hasSize(2);
    }

    private static String gateway(String name, String trafficType, String binding) {
        String annotation = binding.isEmpty()
                ? ""
                : ", annotations: {ambient.istio.io/waypoint-inbound-binding: '" + binding + "'}";
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: " + name
                + ", namespace: shop, labels: {istio.io/waypoint-for: '" + trafficType + "'}" + annotation
                + "}, spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]},"
                + " status: {addresses: [{type: IPAddress, value: 10.0.0.9}, {type: Hostname, value: " + name
                + ".shop}]}}\n---\n";
    }

    private static String pod(String labels) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {" + labels
                + "}}, status: {podIP: 10.0.0.1}}\n---\n";
    }

    private static String instance(String name, String gateway, String account) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: " + name
                + ", namespace: shop, labels: {gateway.networking.k8s.io/gateway-name: " + gateway
                + "}}, spec: {serviceAccountName: " + account + "}, status: {podIP: 10.0.0.2}}\n---\n";
    }

    private static GatewayAddress waypoint(String name) {
        return new GatewayAddress(new NamespacedHostname("shop", name + ".shop"), 15008);
    }

    private static Service service(String labels, String weight, String namespaceLabels) {
        String elsewhere = gateway("private", "all", "").replace("namespace: shop", "namespace: far");
        String annotations = weight.isEmpty()
                ? ""
                : ", annotations: {istio.io/use-waypoint-canary-weight: "
                        + (weight.startsWith("'") || weight.startsWith("\"") ? weight : "'" + weight + "'") + "}";
        String yaml = GATES + elsewhere
                + "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {" + namespaceLabels
                + "}}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {" + labels
                + "}" + annotations + "}, spec: {clusterIP: 10.96.0.1}}";
        return (Service) requireNonNull(AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT)
                .addresses()
                .get("shop/web.shop.svc.cluster.local"));
    }

    private static Workload workload(String yaml) {
        return (Workload) requireNonNull(AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT)
                .addresses()
                .get("Kubernetes//Pod/shop/web-1"));
    }
}
