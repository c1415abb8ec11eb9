package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stock gRPC on both sides, with certificates of the mesh in files. */
final class ProxylessTlsIT extends ProxylessLab {
    @BeforeEach
    void describeTheShop() throws IOException {
        lab.write(
                "shop.yaml",
                """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: grpc, port: 80, targetPort: %d}]}
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: strict, namespace: shop}
            spec: {mtls: {mode: STRICT}}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: friends, namespace: shop}
            spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/friend]}}]}]}
            """.formatted(grpc.port)
                        + Shop.pod("web", "node-a", "127.0.0.1")
                        + Shop.pod("friend", "node-a", "127.77.9.1")
                        + Shop.pod("stranger", "node-a", "127.77.9.2"));
        lab.write("mutual.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
            """);
        lab.start();
    }

    private Map<String, ?> bootstrap(String account, String address) throws Exception {
        Path files = new CertificateClient(lab)
                .write(directory.resolve(account), "node-a", "spiffe://cluster.local/ns/shop/sa/" + account);
        return GrpcClients.with(files, GrpcClients.bootstrap(lab.running().plaintextPort(), "shop", account, address));
    }

    @Test
    void certificatesSayWhoCallsAndWhoAnswers() throws Exception {
        // given
        grpc.serveByXds("one", "127.0.0.1", bootstrap("web", "127.0.0.1")).start();

        // when
        ManagedChannel friend = grpc.secured(bootstrap("friend", "127.77.9.1"), WEB);
        ManagedChannel stranger = grpc.secured(bootstrap("stranger", "127.77.9.2"), WEB);

        // then
        assertThat(GrpcClients.say(friend)).isEqualTo("one");
        assertThat(GrpcClients.failure(stranger, GrpcClients.SAY, "").getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        ManagedChannel plain = grpc.channel(lab.running().plaintextPort(), "shop", WEB);
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        plain, GrpcClients.SAY, CallOptions.DEFAULT.withDeadlineAfter(3, TimeUnit.SECONDS), ""))
                .isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void aServerThatIsSomebodyElseIsNotSpokenTo() throws Exception {
        // given
        grpc.serveByXds(
                        "one",
                        "127.0.0.1",
                        GrpcClients.with(
                                new CertificateClient(lab)
                                        .write(
                                                directory.resolve("impostor"),
                                                "node-a",
                                                "spiffe://cluster.local/ns/shop/sa/stranger"),
                                GrpcClients.bootstrap(lab.running().plaintextPort(), "shop", "web", "127.0.0.1")))
                .start();

        // when
        ManagedChannel friend = grpc.secured(bootstrap("friend", "127.77.9.1"), WEB);

        // then
        assertThat(GrpcClients.failure(friend, GrpcClients.SAY, "").getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
}
