package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.ControllerLab.until;
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
    private static final String MUTUAL = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: web, namespace: shop}
        spec: {host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
        """;

    private static final String FRIENDS = """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: friends, namespace: shop}
        spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/friend]}}]}]}
        """;

    @BeforeEach
    void describeTheShop() throws IOException {
        lab.write(
                "shop.yaml",
                """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: grpc, port: 80, targetPort: %d}]}
            """.formatted(grpc.port)
                        + Shop.pod("web", "node-a", "127.0.0.1")
                        + Shop.pod("friend", "node-a", "127.77.9.1")
                        + Shop.pod("stranger", "node-a", "127.77.9.2"));
        lab.write("strict.yaml", peers("STRICT"));
        lab.write("mutual.yaml", MUTUAL);
        lab.start();
    }

    private static String peers(String mode) {
        return """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: mode, namespace: shop}
            spec: {mtls: {mode: %s}}
            """.formatted(mode);
    }

    private Map<String, ?> bootstrap(String account, String address) throws Exception {
        Path files = new CertificateClient(lab)
                .write(directory.resolve(account), "node-a", "spiffe://cluster.local/ns/shop/sa/" + account);
        return GrpcClients.with(files, GrpcClients.bootstrap(lab.running().plaintextPort(), "shop", account, address));
    }

    @Test
    void certificatesSayWhoCallsAndWhoAnswers() throws Exception {
        // given
        lab.write("friends.yaml", FRIENDS);
        grpc.serveByXds("one", "127.0.0.1", bootstrap("web", "127.0.0.1")).start();

        // when
        ManagedChannel friend = grpc.secured(bootstrap("friend", "127.77.9.1"), WEB);
        ManagedChannel stranger = grpc.secured(bootstrap("stranger", "127.77.9.2"), WEB);

        // then
        assertThat(GrpcClients.say(friend)).isEqualTo("one");
        // Both the server and the controller may have begun before they heard of the policy.
        until(
                "a stranger is not let in",
                () -> GrpcClients.failure(stranger, GrpcClients.SAY, "").getCode() == Status.Code.PERMISSION_DENIED);
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

    @Test
    void whoHasNoCertificatesStopsCallingWhenARuleAsksForThem() throws Exception {
        // given
        lab.write("mutual.yaml", "");
        lab.write("strict.yaml", peers("PERMISSIVE"));
        grpc.serve("one", "127.0.0.1");
        ManagedChannel plain =
                grpc.secured(GrpcClients.bootstrap(lab.running().plaintextPort(), "shop", "friend", "127.77.9.1"), WEB);
        until(
                "plain calls",
                () -> GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());

        // when
        lab.write("mutual.yaml", MUTUAL);

        // then
        until(
                "no plain call any more",
                () -> !GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());
        assertThat(lab.page("/debug/syncz").body()).doesNotContain("\"ERROR\"");
        lab.write("mutual.yaml", "");
        until(
                "plain calls are asked for again",
                () -> GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());
        lab.write("mutual.yaml", MUTUAL.replace("ISTIO_MUTUAL", "SIMPLE"));
        until(
                "nor TLS of a kind it cannot do",
                () -> !GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());
    }

    @Test
    void aServerWithoutCertificatesLetsNobodyInWhereTheyAreRequired() throws Exception {
        // given
        lab.write("mutual.yaml", "");
        lab.write("strict.yaml", peers("PERMISSIVE"));
        int controller = lab.running().plaintextPort();
        grpc.serveByXds("one", "127.0.0.1", GrpcClients.bootstrap(controller, "shop", "web", "127.0.0.1"))
                .start();
        ManagedChannel plain = grpc.channel(controller, "shop", WEB);
        until("it serves", () -> GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());

        // when
        lab.write("strict.yaml", peers("STRICT"));

        // then
        until(
                "nobody is let in",
                () -> GrpcClients.failure(plain, GrpcClients.SAY, "").getCode() == Status.Code.PERMISSION_DENIED);
        lab.write("strict.yaml", peers("PERMISSIVE"));
        until(
                "it serves again",
                () -> GrpcClients.failure(plain, GrpcClients.SAY, "").isOk());
    }
}
