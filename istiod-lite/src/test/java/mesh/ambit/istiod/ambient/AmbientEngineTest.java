package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Pod;
import mesh.ambit.model.MeshResource;
import org.junit.jupiter.api.Test;

class AmbientEngineTest {
    private static final int PODS_OF_A_SERVICE = 10;

    @Test
    void changeOfOnePodCostsTheSameInAnyMesh() {
        assertThat(stepsForAReplacedPod(20))
                .isEqualTo(stepsForAReplacedPod(400))
                .isLessThan(12);
    }

    @Test
    void heartbeatsCostNothing() {
        AmbientEngine engine = mesh(20);
        long steps = engine.steps();

        MeshUpdate update = engine.apply(mesh(3, 7), List.of());

        assertThat(update.isEmpty()).isTrue();
        assertThat(engine.steps()).isEqualTo(steps);
    }

    @Test
    void changeOfANamespaceThatNobodyInheritsEndsThere() {
        AmbientEngine engine = mesh(20);
        long steps = engine.steps();

        MeshUpdate update = engine.apply(
                Objects.all("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {owner: ada}}}"),
                List.of());

        assertThat(update.isEmpty()).isTrue();
        assertThat(engine.steps() - steps).isLessThan(5);
    }

    @Test
    void newServiceTouchesOnlyPodsThatMayBeItsOwn() {
        AmbientEngine engine = mesh(20);
        long steps = engine.steps();

        MeshUpdate update = engine.apply(
                Objects.all("{apiVersion: v1, kind: Service, metadata: {name: extra, namespace: shop}, "
                        + "spec: {clusterIP: 10.97.0.1, selector: {app: app-3}}}"),
                List.of());

        assertThat(update.addresses())
                .extracting(MeshResource::resourceName)
                .hasSize(PODS_OF_A_SERVICE + 1)
                .contains("Kubernetes//Pod/shop/app-3-4", "shop/extra.shop.svc.cluster.local");
        assertThat(engine.steps() - steps).isLessThan(6 * PODS_OF_A_SERVICE);
    }

    @Test
    void poisonedObjectIsNamedOnceAndHarmsNobody() {
        AmbientEngine engine = mesh(2);
        KubeObject poison = Objects.all("{apiVersion: v1, kind: Service, metadata: {name: bad, namespace: shop}, "
                        + "spec: {clusterIP: nonsense, selector: {app: app-1}}}")
                .getFirst();

        MeshUpdate first = engine.apply(List.of(poison), List.of());
        MeshUpdate second = engine.apply(pods(1, 3, "10.9.9.9"), List.of());

        assertThat(first.isEmpty()).isTrue();
        assertThat(first.warnings()).singleElement().asString().contains("Service shop/bad", "nonsense");
        assertThat(second.addresses()).hasSize(1);
        assertThat(second.warnings()).isEmpty();
        assertThat(engine.warnings()).hasSize(1);
        assertThat(engine.apply(List.of(), List.of(poison.key())).warnings()).isEmpty();
        assertThat(engine.warnings()).isEmpty();
    }

    @Test
    void attachmentFromAnUnknownNamespaceIsDeniedWithAWarning() {
        AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
        List<KubeObject> objects = Objects.all("""
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gate, namespace: gates},
                 spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE,
                  allowedRoutes: {namespaces: {from: Selector, selector: {}}}}]},
                 status: {addresses: [{type: IPAddress, value: 10.0.0.9}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/use-waypoint: gate,
                 istio.io/use-waypoint-namespace: gates}}, spec: {clusterIP: 10.96.0.1}}
                """);

        MeshUpdate denied = engine.apply(objects, List.of());

        assertThat(denied.warnings()).singleElement().asString().contains("Service shop/web", "Namespace shop");
        assertThat(service(denied).waypoint()).isNull();

        MeshUpdate allowed =
                engine.apply(Objects.all("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"), List.of());

        assertThat(service(allowed).waypoint()).isNotNull();
        assertThat(engine.warnings()).isEmpty();
    }

    private static mesh.ambit.model.Service service(MeshUpdate update) {
        return (mesh.ambit.model.Service) update.addresses().getFirst();
    }

    private static long stepsForAReplacedPod(int services) {
        AmbientEngine engine = mesh(services);
        long before = engine.steps();
        Pod old = (Pod) pods(1, 3, "10.1.0.3").getFirst();

        MeshUpdate update = engine.apply(pods(1, 77, "10.9.9.9"), List.of(old.key()));

        assertThat(update.addresses()).hasSize(1);
        assertThat(update.removedAddresses()).hasSize(1);
        return engine.steps() - before;
    }

    private static AmbientEngine mesh(int services) {
        AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
        engine.apply(mesh(services, PODS_OF_A_SERVICE), List.<ObjectKey>of());
        return engine;
    }

    private static List<KubeObject> mesh(int services, int podsOfEach) {
        List<KubeObject> objects = new ArrayList<>(Objects.all("""
                {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
                ---
                {apiVersion: v1, kind: Node, metadata: {name: node-a, labels: {topology.kubernetes.io/zone: z1}}}
                """));
        for (int service = 0; service < services; service++) {
            objects.add(
                    Objects.service("app-" + service, "clusterIP: 10.96.0.1, selector: {app: app-" + service + "}"));
            for (int pod = 0; pod < podsOfEach; pod++) {
                objects.addAll(pods(service, pod, "10." + service / 200 + "." + service % 200 + "." + pod));
            }
        }
        return objects;
    }

    private static List<KubeObject> pods(int service, int pod, String ip) {
        return Objects.all("{apiVersion: v1, kind: Pod, metadata: {name: app-" + service + "-" + pod
                + ", namespace: shop, labels: {app: app-" + service + "}}, spec: {nodeName: node-a}, status: {podIP: "
                + ip + "}}");
    }
}
