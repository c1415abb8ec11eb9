package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import org.junit.jupiter.api.Test;

class ProxylessIndexTest {
    private static final String WEB = "web.shop.svc.cluster.local";
    private static final Map<ResourceKind, List<String>> ASKED = Map.of(
            ResourceKind.LISTENER,
            List.of(WEB + ":80", "web:80", "v1.shop:80", "xds.istio.io/grpc/lds/inbound/0.0.0.0:8080"),
            ResourceKind.ROUTE,
            List.of("outbound|80||" + WEB),
            ResourceKind.CLUSTER,
            List.of("outbound|80||" + WEB, "outbound|80|two|" + WEB, "BlackHoleCluster"),
            ResourceKind.ENDPOINT,
            List.of("outbound|80||" + WEB, "outbound|80|two|" + WEB, "outbound|80||v1.shop.svc.cluster.local"));

    private final List<KubeObject> pool = new ArrayList<>();

    private void add(String document) {
        pool.addAll(Meshes.objects(document).all());
    }

    @Test
    void afterAnySeriesOfChangesClientsAreToldWhatTheObjectsSay() {
        // given
        String pod = Meshes.pod("two", "web", "10.0.0.2");
        add(Meshes.service("web"));
        add(Meshes.service("web")
                .replace("metadata: {", "metadata: {annotations: {networking.istio.io/exportTo: x}, "));
        add(Meshes.service("v1"));
        add("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system, labels: {topology.istio.io/network: near}}
            """);
        add(Meshes.pod("one", "web", "10.0.0.1"));
        add(pod);
        add(pod.replace("version: two", "version: three"));
        add(pod.replace("status: \"True\"", "status: \"False\""));
        add("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, subsets: [{name: two, labels: {version: two}}], trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
            """);
        add("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: two}, weight: 1}, {destination: {host: v1}, weight: 1}]}]}
            """);
        add("""
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: p, namespace: shop}
            spec: {selector: {matchLabels: {version: two}}}
            """);
        add("""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            """);
        Random random = new Random(7);
        AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
        ProxylessIndex index = new ProxylessIndex(MeshSettings.DEFAULT);
        ProxylessResources resources = new ProxylessResources();
        Map<ObjectKey, KubeObject> there = new TreeMap<>();
        Viewer viewer = Meshes.at("10.0.0.2", Map.of());

        for (int i = 0; i < 400; i++) {
            // when
            KubeObject object = pool.get(random.nextInt(pool.size()));
            boolean remove = random.nextInt(3) == 0;
            List<KubeObject> present = remove ? List.of() : List.of(object);
            List<ObjectKey> gone = remove ? List.of(object.key()) : List.of();
            gone.forEach(there::remove);
            present.forEach(each -> there.put(each.key(), each));
            MeshUpdate update = engine.apply(present, gone);
            ProxylessMesh mesh = index.apply(update, present, gone);

            // then
            Meshes expected = Meshes.of(ObjectSet.of(there.values()));
            assertThat(mesh.network()).isEqualTo(expected.mesh().network());
            ASKED.forEach((kind, names) -> names.forEach(name -> assertThat(resources.find(mesh, viewer, kind, name))
                    .as("%s %s", kind, name)
                    .isEqualTo(expected.resources().find(expected.mesh(), viewer, kind, name))));
        }
    }

    @Test
    void whatHasNotChangedIsNotMadeAgain() {
        ProxylessIndex index = new ProxylessIndex(MeshSettings.DEFAULT);
        AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);
        ProxylessResources resources = new ProxylessResources();
        List<KubeObject> first = Meshes.objects(
                        Meshes.service("web"), Meshes.service("v1"), Meshes.pod("one", "web", "10.0.0.1"))
                .all();
        List<KubeObject> second =
                Meshes.objects(Meshes.pod("two", "v1", "10.0.0.2")).all();
        Viewer viewer = Meshes.client("shop");

        ProxylessMesh before = index.apply(engine.apply(first, List.of()), first, List.of());
        Generated web = resources.find(before, viewer, ResourceKind.ENDPOINT, "outbound|80||" + WEB);
        ProxylessMesh after = index.apply(engine.apply(second, List.of()), second, List.of());

        assertThat(web).isNotNull();
        assertThat(resources.find(after, viewer, ResourceKind.ENDPOINT, "outbound|80||" + WEB))
                .isSameAs(web);
    }
}
