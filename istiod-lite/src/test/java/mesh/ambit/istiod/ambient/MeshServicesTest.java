package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import org.junit.jupiter.api.Test;

class MeshServicesTest {
    private final List<String> warnings = new ArrayList<>();

    @Test
    void selectorsReachPodsOfTheirNamespace() {
        MeshServices services = services(
                Objects.service("web", "selector: {app: web}"),
                Objects.service("all", "selector: {}"),
                Objects.service("other", "selector: {app: web, tier: front}"));

        assertThat(names(services, Objects.labelled("app: web, x: y"))).containsExactly("web");
        assertThat(names(services, Objects.labelled(""))).isEmpty();
    }

    @Test
    void slicesReachThePodTheyNameExactly() {
        MeshServices services = services(
                Objects.service("web", "clusterIP: 10.96.0.1"),
                Objects.slice(
                        "s",
                        "web",
                        "endpoints: [{addresses: [10.0.0.1], conditions: {ready: false}, "
                                + "targetRef: {kind: Pod, namespace: shop, name: web-1, uid: u-1}}]"));

        assertThat(names(services, Objects.pod("uid: u-1", "spec: {}"))).containsExactly("web");
        assertThat(names(services, Objects.pod("uid: u-2", "spec: {}"))).isEmpty();
    }

    @Test
    void externalNamesAreNoServices() {
        MeshServices services = services(
                Objects.service("web", "type: ExternalName, selector: {app: web}"),
                Objects.slice("s", "web", "endpoints: []"));

        assertThat(services.all()).isEmpty();
        assertThat(names(services, Objects.labelled("app: web"))).isEmpty();
        assertThat(services.of(Objects.slice("s", "web", "endpoints: []"))).isNull();
    }

    @Test
    void unusableClusterIpLeavesTheServiceOutWithAWarning() {
        MeshServices services = services(Objects.service("web", "clusterIP: 10.96.0.999, selector: {app: web}"));

        assertThat(services.all()).isEmpty();
        assertThat(warnings)
                .containsExactly(
                        "Service shop/web is left out: one of its cluster IPs [10.96.0.999] is not an IP address");
    }

    private MeshServices services(KubeObject... objects) {
        return new MeshServices(ObjectSet.of(List.of(objects)), "cluster.local", warnings);
    }

    private static List<String> names(MeshServices services, Pod pod) {
        return services.of(pod).stream()
                .map(MeshService::object)
                .map(service -> service.metadata().name())
                .toList();
    }
}
