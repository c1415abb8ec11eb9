package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.ControllerLab.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A stock gRPC server that does not serve before the controller knows which workload it is. */
class ProxylessServerIT extends ProxylessLab {
    @Test
    void aServerOnTheNetworkOfItsNodeServesAndOneThatNobodyKnowsIsSpokenOf() throws Exception {
        // given
        lab.write("namespace.yaml", """
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system, labels: {topology.istio.io/network: near}}
            """);
        lab.start();

        Future<?> told = grpc.meanwhile(() -> {
            until(
                    "its trouble is told",
                    () -> lab.page("/debug/problems")
                            .body()
                            .contains("one.shop: gRPC server waits for xds.istio.io/grpc/lds/inbound/0.0.0.0:"
                                    + grpc.port + ", as there is no pod shop/one, and no workload of namespace shop"));
            lab.write("one.yaml", """
                apiVersion: v1
                kind: Pod
                metadata: {name: one, namespace: shop, labels: {app: web}}
                spec: {hostNetwork: true, serviceAccountName: web, nodeName: node-a, containers: [{name: main}]}
                status: {phase: Running, podIP: 127.0.0.1, conditions: [{type: Ready, status: "True"}]}
                """);
            return null;
        });

        // when: it begins before its pod is known
        grpc.serveByXds("one", "127.0.0.1", lab.running().plaintextPort()).start();

        // then
        told.get();
        assertThat(lab.page("/debug/problems").body()).doesNotContain("waits for");
    }
}
