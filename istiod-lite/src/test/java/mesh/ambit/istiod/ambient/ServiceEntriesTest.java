package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import mesh.ambit.model.Service;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that several claim, endpoints that nobody wrote, and assigned addresses. */
class ServiceEntriesTest {
    @Test
    void inANamespaceTheServiceIsBeforeAllAndThenTheOldest() {
        MeshState state = compute(
                entry("shop", "young", "20", "hosts: [a.example, web.shop.svc.cluster.local]")
                        + entry("shop", "old", "10", "hosts: [a.example]")
                        + entry("far", "abroad", "05", "hosts: [a.example, web.shop.svc.cluster.local]")
                        + "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1}}");

        assertThat(service(state, "shop/a.example").name()).isEqualTo("old");
        assertThat(service(state, "shop/a.example").canonical()).isFalse();
        assertThat(service(state, "far/a.example").canonical()).isTrue();
        assertThat(service(state, "shop/web.shop.svc.cluster.local").canonical())
                .isTrue();
        assertThat(service(state, "far/web.shop.svc.cluster.local").canonical()).isFalse();
        assertThat(state.addresses()).hasSize(4);
    }

    @Test
    void entriesOfOneAgeAreDecidedByNamespaceAndName() {
        MeshState state = compute(entry("shop", "b", "10", "hosts: [a.example]")
                + entry("shop", "a", "10", "hosts: [a.example]")
                + entry("alpha", "z", "10", "hosts: [a.example]"));

        assertThat(service(state, "shop/a.example").name()).isEqualTo("a");
        assertThat(service(state, "alpha/a.example").canonical()).isTrue();
    }

    @Test
    void whatOnlyItsNamespaceSeesIsNeverCanonical() {
        MeshState state = compute(entry("shop", "a", "10", "hosts: [a.example]")
                + "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh:"
                + " 'serviceEntryVisibility: {defaultVisibility: NAMESPACE}'}}");

        assertThat(service(state, "shop/a.example").canonical()).isFalse();
        assertThat(service(state, "shop/a.example").visibility()).isEqualTo(Visibility.NAMESPACE);
    }

    @ParameterizedTest
    @CsvSource({
        "DNS, '', 2",
        "DNS_ROUND_ROBIN, '', 2",
        "DYNAMIC_DNS, '', 2",
        "STATIC, '', 0",
        "NONE, '', 0",
        "DNS, ', workloadSelector: {}', 0",
        "DNS, ', endpoints: [{address: b.example}]', 1"
    })
    void hostsStandForThemselvesWhereTheyAreResolved(String resolution, String rest, int workloads) {
        MeshState state =
                compute(entry("shop", "a", "10", "hosts: [a.example, c.example], resolution: " + resolution + rest));

        assertThat(state.addresses().values())
                .filteredOn(Workload.class::isInstance)
                .hasSize(workloads);
    }

    @Test
    void implicitEndpointBelongsToItsHostOnly() {
        MeshState state = compute(entry("shop", "a", "10", "hosts: [a.example, c.example], resolution: DNS"));

        Workload workload = (Workload)
                requireNonNull(state.addresses().get("Kubernetes/networking.istio.io/ServiceEntry/shop/a/a.example"));
        assertThat(workload.hostname()).isEqualTo("a.example");
        assertThat(workload.services().keySet()).extracting(Object::toString).containsExactly("shop/a.example");
    }

    @Test
    void assignedAddressesAreTheirHostsUnlessGivenOrUnwanted() {
        String status =
                "}, status: {addresses: [{host: a.example, value: 240.240.0.1}, {host: a.example, value: '2001:2::1'}, {host: b.example, value: 240.240.0.2}]";
        String entry = "hosts: [a.example, '*.example'], ports: [{number: 80}], resolution: ";

        assertThat(service(compute(entry("shop", "a", "10", entry + "DNS" + status)), "shop/a.example")
                        .vips())
                .extracting(Object::toString)
                .containsExactly("/240.240.0.1", "/2001:2::1");
        assertThat(service(compute(entry("shop", "a", "10", entry + "NONE" + status)), "shop/a.example")
                        .vips())
                .isEmpty();
        assertThat(service(
                                compute(entry("shop", "a", "10", "addresses: [10.0.0.0/8], " + entry + "DNS" + status)),
                                "shop/a.example")
                        .vips())
                .isEmpty();
        assertThat(service(
                                AmbientIndex.compute(
                                        Objects.set(entry("shop", "a", "10", entry + "DNS" + status)),
                                        MeshSettings.DEFAULT.withFeatures(Set.of())),
                                "shop/a.example")
                        .vips())
                .isEmpty();
    }

    @Test
    void placesOfRangesAmongAddressesAreKept() {
        Service service = service(
                compute(entry(
                        "shop",
                        "a",
                        "10",
                        "hosts: [a.example], addresses: [10.1.2.3/8, 10.0.0.1, 10.0.0.2/32, 'fd00::/16']")),
                "shop/a.example");

        assertThat(service.vips()).extracting(Object::toString).containsExactly("/10.0.0.1", "/10.0.0.2");
        assertThat(service.cidrVips()).extracting(Object::toString).containsExactly("/10.0.0.0/8", "/fd00::/16");
        assertThat(service.cidrPlaces()).containsExactly(0, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "nonsense", "10.0.0.0/08", "''"})
    void oneUnusableAddressTakesTheWholeAway(String address) {
        MeshState state = compute(entry(
                "shop", "a", "10", "hosts: [a.example], addresses: [10.0.0.1, " + address + "], resolution: DNS"));

        assertThat(state.addresses()).isEmpty();
        assertThat(state.warnings()).singleElement().asString().contains("ServiceEntry shop/a");
    }

    @Test
    void onlyNamespacesThatAreSelectedAreLookedAt() {
        MeshState state =
                compute(entry("shop", "a", "10", "hosts: [a.example]") + entry("far", "b", "10", "hosts: [b.example]")
                        + "{apiVersion: v1, kind: Namespace, metadata: {name: far, labels: {mesh: 'on'}}}\n---\n"
                        + "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh:"
                        + " 'discoverySelectors: [{matchLabels: {mesh: \"on\"}}]'}}");

        assertThat(state.addresses()).containsOnlyKeys("far/b.example");
    }

    private static String entry(String namespace, String name, String second, String spec) {
        return "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: " + name + ", namespace: "
                + namespace + ", creationTimestamp: '2026-03-01T00:00:" + second + "Z'}, spec: {" + spec + "}}\n---\n";
    }

    private static Service service(MeshState state, String name) {
        return (Service) requireNonNull(state.addresses().get(name));
    }

    private static MeshState compute(String yaml) {
        return AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT);
    }
}
