package mesh.ambit.node.pods;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.node.rules.ServiceRoute;
import org.junit.jupiter.api.Test;

class ServiceViewTest {
    private static final Map<String, List<String>> CLUSTER_IPS =
            Map.of("shop/front", List.of("10.96.1.1", "fd77:96::1"));

    @Test
    void addressLeadsToReadyPodsOfItsFamily() {
        ServiceView view = view(
                service("front", "", Map.of("app", "web"), numbered(80, 8080)),
                pod("a", true, "10.77.1.2", "fd77:0:0:1::2"),
                pod("b", true, "10.77.1.3"),
                pod("c", false, "10.77.1.4"));

        assertThat(view.routes())
                .containsExactly(
                        route("10.96.1.1", 80, at("10.77.1.2", 8080), at("10.77.1.3", 8080)),
                        route("fd77:96::1", 80, at("fd77:0:0:1::2", 8080)));
        assertThat(view.names()).containsEntry("front.shop", List.of(ip("10.96.1.1"), ip("fd77:96::1")));
    }

    @Test
    void namedPortMeansWhatEachPodSays() {
        ServiceView view = view(
                service(
                        "front",
                        "10.96.0.9",
                        Map.of("app", "web"),
                        new Service.Port("", "", null, 80, new Service.TargetPort.Named("http"))),
                pod("a", true, "10.77.1.2"));

        assertThat(view.routes()).containsExactly(route("10.96.0.9", 80, at("10.77.1.2", 9090)));
    }

    @Test
    void slicesOfTheFolderTakeThePlaceOfTheSelector() {
        EndpointSlice slice = new EndpointSlice(
                ObjectMeta.of("shop", "front-1").withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, "front")),
                "IPv4",
                List.of(
                        new EndpointSlice.Endpoint(List.of("192.0.2.1"), true, null),
                        new EndpointSlice.Endpoint(List.of("192.0.2.2"), false, null)),
                List.of(new EndpointSlice.Port("", 7070, "TCP")));

        ServiceView view = view(
                service("front", "10.96.0.9", Map.of("app", "web"), numbered(80, 8080)),
                slice,
                pod("a", true, "10.77.1.2"));

        assertThat(view.routes()).containsExactly(route("10.96.0.9", 80, at("192.0.2.1", 7070)));
    }

    @Test
    void serviceWithoutEndpointsIsStillRouted() {
        assertThat(view(service("front", "10.96.0.9", Map.of("app", "web"), numbered(80, 8080)))
                        .routes())
                .containsExactly(route("10.96.0.9", 80));
    }

    @Test
    void headlessServiceIsAnotherNameForItsPods() {
        ServiceView view =
                view(service("front", "None", Map.of("app", "web"), numbered(80, 8080)), pod("a", true, "10.77.1.2"));

        assertThat(view.routes()).isEmpty();
        assertThat(view.names()).containsEntry("front.shop", List.of(ip("10.77.1.2")));
    }

    @Test
    void hostsFileKnowsServicesByEveryName() {
        ServiceView view = view(service("front", "10.96.0.9", Map.of(), numbered(80, 80)));
        PodRecord near = record("shop");
        PodRecord far = record("other");

        assertThat(HostsFile.hosts(near, view, "cluster.local", "builder")).isEqualTo("""
                127.0.0.1 localhost
                ::1 localhost ip6-localhost ip6-loopback
                10.77.1.9 builder
                10.77.1.9 client
                10.96.0.9 front.shop.svc.cluster.local front.shop.svc front.shop front
                """);
        assertThat(HostsFile.hosts(far, view, "cluster.local", ""))
                .endsWith("10.96.0.9 front.shop.svc.cluster.local front.shop.svc front.shop\n");
    }

    private static ServiceView view(KubeObject... objects) {
        return ServiceView.of(ObjectSet.of(Arrays.asList(objects)), CLUSTER_IPS);
    }

    private static Service service(String name, String clusterIp, Map<String, String> selector, Service.Port port) {
        return new Service(
                ObjectMeta.of("shop", name),
                "",
                clusterIp,
                List.of(),
                List.of(),
                "",
                selector,
                List.of(port),
                "",
                "",
                false);
    }

    private static Service.Port numbered(int port, int target) {
        return new Service.Port("", "", null, port, new Service.TargetPort.Numbered(target));
    }

    private static Pod pod(String name, boolean ready, String... addresses) {
        return new Pod(
                ObjectMeta.of("shop", name).withLabels(Map.of("app", "web")),
                "",
                "local",
                false,
                List.of(new Pod.Container("app", "", List.of(new Pod.ContainerPort("http", 9090, "")))),
                List.of(),
                new Pod.Status("Running", "", List.of(addresses), ready));
    }

    private static PodRecord record(String namespace) {
        return new PodRecord(
                new PodKey(namespace, "client"), "uid", Path.of("/run/netns/x"), true, "p1", List.of(ip("10.77.1.9")));
    }

    private static ServiceRoute route(String address, int port, InetSocketAddress... endpoints) {
        return new ServiceRoute(ip(address), ServiceRoute.Protocol.TCP, port, List.of(endpoints));
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(ip(address), port);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
