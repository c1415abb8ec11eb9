package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterIpsTest {
    @Test
    void servicesGetOneIpv4AddressUnlessTheyAskForMore() {
        Service service = assign("{name: a}", "{ports: [{port: 80}]}");

        assertThat(service.clusterIps()).singleElement().asString().startsWith("10.96.");
        assertThat(service.clusterIp()).isEqualTo(service.clusterIps().getFirst());
        assertThat(service.ipFamilies()).containsExactly("IPv4");
    }

    @Test
    void familiesAskedForAreServedInTheirOrder() {
        Service dual = assign("{name: a}", "{ipFamilies: [IPv6, IPv4], ports: [{port: 80}]}");
        Service preferred = assign("{name: a}", "{ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}");
        Service six = assign("{name: a}", "{ipFamilies: [IPv6], ports: [{port: 80}]}");

        assertThat(dual.clusterIps())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("fd77:96::"),
                        second -> assertThat(second).startsWith("10.96."));
        assertThat(preferred.ipFamilies()).containsExactly("IPv4", "IPv6");
        assertThat(preferred.clusterIps()).hasSize(2);
        assertThat(six.clusterIps()).singleElement().asString().startsWith("fd77:96::");
    }

    @Test
    void whatAnApiServerHasSeenGetsNoFurtherFamily() {
        Service stored = assign(
                "{name: a, uid: 6f1c}",
                "{ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv4], clusterIPs: [10.1.2.3], clusterIP: 10.1.2.3,"
                        + " ports: [{port: 80}]}");

        assertThat(stored.ipFamilies()).containsExactly("IPv4");
        assertThat(stored.addresses()).containsExactly("10.1.2.3");
    }

    @Test
    void givenAddressesAreHonouredAndNotRecorded() {
        ObjectSet objects = services(Map.of("a", "{clusterIP: 10.1.2.3, ports: [{port: 80}]}"));

        ClusterIps.Assignment assignment = ClusterIps.assign(objects, Map.of());

        assertThat(assignment.objects().services().getFirst().addresses()).containsExactly("10.1.2.3");
        assertThat(assignment.record()).isEmpty();
    }

    @Test
    void headlessServicesStayWithoutAnAddress() {
        Service service = assign("{name: a}", "{clusterIP: None}");

        assertThat(service.addresses()).isEmpty();
        assertThat(service.isHeadless()).isTrue();
    }

    @Test
    void formerAddressesStay() {
        ObjectSet objects = services(Map.of("a", "{ports: [{port: 80}]}", "b", "{ports: [{port: 80}]}"));

        ClusterIps.Assignment assignment = ClusterIps.assign(
                objects, Map.of("default/b", List.of("10.96.7.7"), "default/gone", List.of("10.96.7.8")));

        assertThat(assignment.objects().service("default", "b"))
                .isNotNull()
                .extracting(Service::clusterIp)
                .isEqualTo("10.96.7.7");
        assertThat(assignment.record()).containsOnlyKeys("default/a", "default/b");
        assertThat(ClusterIps.assign(objects, assignment.record())).isEqualTo(assignment);
    }

    @Test
    void givenAddressBeatsAFormerOne() {
        ObjectSet objects =
                services(Map.of("a", "{ports: [{port: 80}]}", "b", "{clusterIP: 10.96.7.7, ports: [{port: 80}]}"));

        ClusterIps.Assignment assignment = ClusterIps.assign(objects, Map.of("default/a", List.of("10.96.7.7")));

        assertThat(assignment.problems()).isEmpty();
        assertThat(assignment.record().get("default/a")).isNotNull().doesNotContain("10.96.7.7");
    }

    @Test
    void twoServicesCannotHaveOneAddressHoweverItIsSpelled() {
        ObjectSet objects = services(Map.of(
                "a", "{clusterIP: 'fd00::1', ports: [{port: 80}]}",
                "b", "{clusterIP: 'FD00:0::0001', ports: [{port: 80}]}"));

        ClusterIps.Assignment assignment = ClusterIps.assign(objects, Map.of());

        assertThat(assignment.objects().services()).hasSize(1);
        assertThat(assignment.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.CLUSTER_IP_UNAVAILABLE);
            assertThat(problem.message()).startsWith("Service default/b: spec.clusterIP: cluster IP ");
        });
    }

    @Test
    void manyServicesGetManyAddresses() {
        List<KubeObject> services = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            services.add(service("s" + i, "{ports: [{port: 80}]}"));
        }

        ClusterIps.Assignment assignment = ClusterIps.assign(ObjectSet.of(services), Map.of());

        HashSet<String> addresses = new HashSet<>();
        assignment.objects().services().forEach(service -> addresses.addAll(service.clusterIps()));
        assertThat(addresses).hasSize(3000).allMatch(IpText::isV4);
    }

    private static Service assign(String meta, String spec) {
        Service service = (Service) KubeYaml.parse(
                        "{apiVersion: v1, kind: Service, metadata: " + meta + ", spec: " + spec + "}",
                        "f.yaml",
                        Reading.CHECKED)
                .objects()
                .getFirst();
        return ClusterIps.assign(ObjectSet.of(List.of(service)), Map.of())
                .objects()
                .services()
                .getFirst();
    }

    private static ObjectSet services(Map<String, String> specs) {
        List<KubeObject> services = new ArrayList<>();
        specs.forEach((name, spec) -> services.add(service(name, spec)));
        return ObjectSet.of(services);
    }

    private static KubeObject service(String name, String spec) {
        return KubeYaml.parse(
                        "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: " + spec + "}",
                        "f.yaml",
                        Reading.CHECKED)
                .objects()
                .getFirst();
    }
}
