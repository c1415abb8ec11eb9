package mesh.ambit.istiod.proxyless;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Whatever objects lie in a store that nobody guards, gRPC clients and servers get resources of them, always the same. */
@NullMarked
class ProxylessFuzzTest {
    private static final String MESH = """
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
             spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{name: grpc, port: 80, targetPort: 8080}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: w, namespace: shop, labels: {app: web, version: v1}},
             spec: {serviceAccountName: web, nodeName: node-a, containers: [{name: main}]},
             status: {phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}}
            """;
    private static final List<KubeObject> BASE =
            KubeYaml.parse(MESH, "base.yaml", Reading.AS_STORED).objects();
    private static final Viewer VIEWER = Viewer.in("shop", "cluster.local");

    @FuzzTest(maxDuration = "30s")
    void anyObjectsMakeResources(byte[] input) {
        List<KubeObject> objects = new ArrayList<>(BASE);
        objects.addAll(KubeYaml.parse(new String(input, StandardCharsets.UTF_8), "f.yaml", Reading.AS_STORED)
                .objects());
        ProxylessMesh mesh = mesh(ObjectSet.of(objects));
        ProxylessResources resources = new ProxylessResources();
        ProxylessResources others = new ProxylessResources();
        for (ResourceKind kind : ResourceKind.values()) {
            for (String name : resources.names(mesh, VIEWER, kind)) {
                @Nullable Generated made = resources.find(mesh, VIEWER, kind, name);
                assertThat(others.find(mesh, VIEWER, kind, name))
                        .as("made again")
                        .isEqualTo(made);
            }
        }
        // What a server asks for, whose policies the objects may hold.
        for (String name : List.of(
                "xds.istio.io/grpc/lds/inbound/10.0.0.1:8080",
                "xds.istio.io/grpc/lds/inbound/[::]:8080",
                "web.shop.svc.cluster.local:80",
                "web")) {
            resources.find(mesh, VIEWER, ResourceKind.LISTENER, name);
        }
        assertThat(resources.remarks()).doesNotContainNull();
    }

    private static ProxylessMesh mesh(ObjectSet objects) {
        MeshState state = AmbientIndex.compute(objects, MeshSettings.DEFAULT);
        return new ProxylessIndex(MeshSettings.DEFAULT)
                .begin(state.addresses().values(), state.authorizations().values(), objects.all());
    }
}
