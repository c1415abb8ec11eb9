package mesh.ambit.istiod.proxyless;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import mesh.ambit.model.Locality;

/** Meshes made of objects as a person writes them, and what clients in them are told. */
final class Meshes {
    private final ProxylessMesh mesh;
    private final ProxylessResources resources = new ProxylessResources();

    private Meshes(ProxylessMesh mesh) {
        this.mesh = mesh;
    }

    /** Returns the mesh of these YAML documents; none of them may have a problem. */
    static Meshes of(String... documents) {
        return of(objects(documents));
    }

    /** Returns the mesh of these objects. */
    static Meshes of(ObjectSet objects) {
        MeshState state = AmbientIndex.compute(objects, MeshSettings.DEFAULT);
        return new Meshes(new ProxylessIndex(MeshSettings.DEFAULT)
                .begin(state.addresses().values(), state.authorizations().values(), objects.all()));
    }

    /** Reads YAML documents. */
    static ObjectSet objects(String... documents) {
        try {
            Path folder = Files.createTempDirectory("mesh");
            Path file = Files.writeString(folder.resolve("objects.yaml"), String.join("\n---\n", documents));
            FolderSnapshot snapshot = FolderSource.read(folder, Reading.AS_STORED);
            Files.delete(file);
            Files.delete(folder);
            if (!snapshot.problems().isEmpty()) {
                throw new AssertionError(snapshot.problems().toString());
            }
            return snapshot.objects();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String service(String name) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: shop}
            spec: {clusterIP: 10.96.0.1, selector: {app: %1$s}, ports: [{name: grpc, port: 80, targetPort: 8080}]}
            """.formatted(name);
    }

    static String pod(String name, String app, String address) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: shop, labels: {app: %2$s, version: %1$s}}
            spec: {serviceAccountName: %2$s, nodeName: node-a, containers: [{name: main}]}
            status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
            """.formatted(name, app, address);
    }

    static Viewer client(String namespace) {
        return Viewer.in(namespace, "cluster.local");
    }

    /** Returns a client or server of namespace shop at {@code address}. */
    static Viewer at(String address, Map<String, String> labels) {
        return new Viewer(
                "shop",
                "shop.svc.cluster.local",
                new TreeMap<>(labels),
                List.of(InetAddress.ofLiteral(address)),
                "",
                Locality.NONE,
                "");
    }

    ProxylessMesh mesh() {
        return mesh;
    }

    ProxylessResources resources() {
        return resources;
    }

    boolean knows(Viewer viewer, ResourceKind kind, String name) {
        return resources.find(mesh, viewer, kind, name) != null;
    }

    Generated resource(Viewer viewer, ResourceKind kind, String name) {
        Generated found = resources.find(mesh, viewer, kind, name);
        if (found == null) {
            throw new AssertionError("no " + kind + " " + name);
        }
        return found;
    }

    <T extends Message> T message(Viewer viewer, ResourceKind kind, String name, Parser<T> parser) {
        try {
            return parser.parseFrom(resource(viewer, kind, name).content());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
