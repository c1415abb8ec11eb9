package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.model.Locality;
import org.junit.jupiter.api.Test;

/** Near and far endpoints, for a client in zone a of region eu. */
class NearnessTest {
    private static final String OUTLIERS = ", outlierDetection: {interval: 1s}";

    @Test
    void sharesAreForPlacesAndTheOthersGetNothing() {
        assertThat(told("distribute: [{from: eu/*, to: {eu/a/*: 80, us: 20}}]", ""))
                .containsExactly("0 eu/a 80 [1]", "0 us/c 10 [3]", "0 us/d 10 [4]");
        assertThat(told("distribute: [{from: us, to: {us: 100}}]", ""))
                .as("nothing is said of clients here")
                .containsExactly("0 ap/e 1 [5]", "0 eu/a 1 [1]", "0 eu/b 1 [2]", "0 us/c 1 [3]", "0 us/d 1 [4]");
    }

    @Test
    void closestPatternOfAPlaceCounts() {
        assertThat(told("distribute: [{from: \"*\", to: {\"*\": 10, eu/a: 90}}]", ""))
                .containsExactly("0 ap/e 3 [5]", "0 eu/a 90 [1]", "0 eu/b 3 [2]", "0 us/c 3 [3]", "0 us/d 3 [4]");
    }

    @Test
    void regionsFailOverToWhereItIsSaid() {
        String failover = "failover: [{from: eu, to: us}]";

        assertThat(told(failover, OUTLIERS))
                .containsExactly("0 eu/a 1 [1]", "1 eu/b 1 [2]", "2 us/c 1 [3]", "2 us/d 1 [4]", "3 ap/e 1 [5]");
        assertThat(told(failover, ""))
                .as("nobody finds out that an endpoint is out of order")
                .allSatisfy(group -> assertThat(group).startsWith("0 "));
        assertThat(told("enabled: false, " + failover, OUTLIERS))
                .allSatisfy(group -> assertThat(group).startsWith("0 "));
    }

    @Test
    void labelsSayWhatIsNear() {
        assertThat(told("failoverPriority: [tier, version=v2]", OUTLIERS))
                .containsExactly("0 eu/b 1 [2]", "1 eu/a 1 [1]", "2 ap/e 1 [5]", "2 us/c 1 [3]", "2 us/d 1 [4]");
        assertThat(told("failoverPriority: [topology.istio.io/network, topology.kubernetes.io/region]", OUTLIERS))
                .containsExactly("0 eu/a 1 [1]", "0 eu/b 1 [2]", "1 ap/e 1 [5]", "1 us/c 1 [3]", "1 us/d 1 [4]");
    }

    @Test
    void ruleCountsBeforeTheTrafficDistribution() {
        assertThat(told("enabled: false", ""))
                .allSatisfy(group -> assertThat(group).startsWith("0 "));
        assertThat(told("", ""))
                .containsExactly("0 eu/a 1 [1]", "1 eu/b 1 [2]", "2 ap/e 1 [5]", "2 us/c 1 [3]", "2 us/d 1 [4]");
    }

    /** Returns priority, place, weight and endpoints of each group that a client is told. */
    private static List<String> told(String setting, String more) {
        String balancer = setting.isEmpty()
                ? ""
                : ", trafficPolicy: {loadBalancer: {localityLbSetting: {" + setting + "}}" + more + "}";
        Meshes mesh = Meshes.of(
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: out, namespace: shop, annotations: {networking.istio.io/traffic-distribution: PreferClose}}
                spec:
                  hosts: [out.example]
                  addresses: [10.96.7.7]
                  resolution: STATIC
                  ports: [{number: 80, name: grpc, protocol: GRPC}]
                  workloadSelector: {labels: {app: out}}
                """,
                entry(1, "eu/a", "tier: front"),
                entry(2, "eu/b", "tier: front, version: v2"),
                entry(3, "us/c", "tier: back"),
                entry(4, "us/d", "tier: back"),
                entry(5, "ap/e", "version: v2"),
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: out, namespace: shop},"
                        + " spec: {host: out.example" + balancer + "}}");
        Viewer here = new Viewer(
                "shop",
                "shop.svc.cluster.local",
                new TreeMap<>(Map.of("tier", "front")),
                List.of(),
                "",
                new Locality("eu", "a", ""),
                "");
        ClusterLoadAssignment assignment =
                mesh.message(here, ResourceKind.ENDPOINT, "outbound|80||out.example", ClusterLoadAssignment.parser());
        List<String> groups = new ArrayList<>();
        assignment
                .getEndpointsList()
                .forEach(group -> groups.add(group.getPriority() + " "
                        + group.getLocality().getRegion() + "/"
                        + group.getLocality().getZone() + " "
                        + group.getLoadBalancingWeight().getValue() + " "
                        + group.getLbEndpointsList().stream()
                                .map(NearnessTest::number)
                                .toList()));
        return groups;
    }

    private static String number(LbEndpoint endpoint) {
        String address = endpoint.getEndpoint().getAddress().getSocketAddress().getAddress();
        return address.substring(address.lastIndexOf('.') + 1);
    }

    private static String entry(int number, String place, String labels) {
        return "{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: w" + number
                + ", namespace: shop, labels: {app: out, " + labels + "}}, spec: {address: 10.0.1." + number
                + ", locality: " + place + "}}";
    }
}
