package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.ControllerLab.until;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** Stock gRPC clients and servers, while the settings of the mesh change. */
class ProxylessMeshConfigIT extends ProxylessLab {
    @Test
    void policiesOfWhateverIsTheRootNamespaceAreForAll() throws Exception {
        // given
        lab.write("web.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: grpc, port: 80, targetPort: %d}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: one, namespace: shop, labels: {app: web}}
            spec: {serviceAccountName: web, nodeName: node-a, containers: [{name: main}]}
            status: {phase: Running, podIP: 127.0.0.1, conditions: [{type: Ready, status: "True"}]}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nothing, namespace: root}
            spec: {}
            """.formatted(grpc.port));
        lab.start();
        int port = lab.running().plaintextPort();
        Server server = grpc.serveByXds("one", "127.0.0.1", port);
        server.start();
        ManagedChannel channel = grpc.channel(port, "shop", WEB);
        until(
                "an answer",
                () -> GrpcClients.failure(channel, GrpcClients.SAY, "").isOk());

        // when
        lab.write(
                "mesh.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system},"
                        + " data: {mesh: 'rootNamespace: root'}}");

        // then
        until(
                "refused",
                () -> GrpcClients.failure(channel, GrpcClients.SAY, "").getCode() == Status.Code.PERMISSION_DENIED);
        lab.write("mesh.yaml", "");
        until(
                "allowed again",
                () -> GrpcClients.failure(channel, GrpcClients.SAY, "").isOk());
    }
}
