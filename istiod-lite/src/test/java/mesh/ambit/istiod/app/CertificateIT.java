package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import mesh.ambit.istiod.issuer.Requests;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates as a node's proxy gets them, over TLS. */
class CertificateIT {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String ZTUNNEL = "spiffe://cluster.local/ns/istio-system/sa/ztunnel";

    @TempDir
    Path directory;

    private ControllerLab lab;
    private KeyPair keys;

    @BeforeEach
    void startController() throws Exception {
        keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        lab = new ControllerLab(directory);
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2"));
        lab.start();
    }

    @AfterEach
    void stopController() {
        lab.close();
    }

    @Test
    void proxyGetsTheCertificateOfAPodOfItsNode() throws Exception {
        IstioCertificateResponse response = ask(lab.token("node-a"), request(WEB, 3600));

        assertThat(response.getCertChainCount()).isEqualTo(2);
        assertThat(response.getCertChain(1)).isEqualTo(Files.readString(lab.state.resolve("root-cert.pem")));
        X509Certificate leaf = certificate(response.getCertChain(0));
        leaf.verify(certificate(response.getCertChain(1)).getPublicKey());
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, WEB));
        assertThat(leaf.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(Duration.between(Instant.now(), leaf.getNotAfter().toInstant()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    }

    @Test
    void proxyOfAnotherNodeDoesNotAndLearnsNothing() throws Exception {
        Status refused = refusal(lab.token("node-b"), request(WEB, 3600));

        assertThat(refused.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refused.getDescription()).doesNotContain("node").doesNotContain("web");
    }

    @Test
    void podThatAppearsLaterIsKnownToTheAuthorizer() throws Exception {
        lab.write("late.yaml", Shop.pod("late", "node-b", "10.77.2.9"));

        ControllerLab.until(
                "the new pod", () -> lab.page("/debug/ambientz").body().contains("Kubernetes//Pod/shop/late"));
        IstioCertificateResponse response =
                ask(lab.token("node-b"), request("spiffe://cluster.local/ns/shop/sa/late", 60));

        assertThat(response.getCertChainCount()).isEqualTo(2);
    }

    @Test
    void identitiesAreOfTheTrustDomainThatTheSettingsOfTheMeshName() throws Exception {
        lab.write("mesh.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data: {mesh: "trustDomain: corp.test"}
                """);
        ControllerLab.until(
                "the trust domain", () -> lab.page("/debug/ambientz").body().contains("corp.test"));

        String own = WEB.replace("cluster.local", "corp.test");
        X509Certificate leaf =
                certificate(ask(lab.token("node-a"), request(own, 60)).getCertChain(0));

        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, own));
        assertThat(refusal(lab.token("node-a"), request(WEB, 60)).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void withoutImpersonationTheProxyGetsItsOwnIdentity() throws Exception {
        X509Certificate leaf =
                certificate(ask(lab.token("node-a"), request(null, 0)).getCertChain(0));

        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, ZTUNNEL));
    }

    @Test
    void clientCertificateProvesItsHolderButNotForOthers() throws Exception {
        IstioCertificateResponse own = ask(lab.token("node-a"), request(null, 3600));
        Path certificate = Files.writeString(directory.resolve("own.pem"), own.getCertChain(0));
        Path key = Files.writeString(
                directory.resolve("own-key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        ManagedChannel channel = lab.channel(certificate.toFile(), key.toFile());

        IstioCertificateResponse renewed =
                IstioCertificateServiceGrpc.newBlockingStub(channel).createCertificate(request(null, 3600));
        Throwable impersonation = catchThrowable(
                () -> IstioCertificateServiceGrpc.newBlockingStub(channel).createCertificate(request(WEB, 3600)));

        assertThat(certificate(renewed.getCertChain(0)).getSubjectAlternativeNames())
                .containsExactly(List.of(6, ZTUNNEL));
        assertThat(Status.fromThrowable(impersonation).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void strangersAndBadRequestsAreRefused() throws Exception {
        String token = lab.token("node-a");

        assertThat(refusal(null, request(WEB, 60)).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refusal("garbage", request(WEB, 60)).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refusal(token, request("spiffe://elsewhere/ns/shop/sa/web", 60))
                        .getCode())
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(refusal(token, request(WEB, Long.MAX_VALUE)).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(token, request(WEB, 60).toBuilder().setCsr("x").build())
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void restartKeepsRootAndTokens() throws Exception {
        String token = lab.token("node-a");
        String root = Files.readString(lab.state.resolve("root-cert.pem"));

        lab.stop();
        lab.start();

        assertThat(ask(token, request(WEB, 60)).getCertChain(1)).isEqualTo(root);
    }

    private IstioCertificateRequest request(@Nullable String identity, long seconds) throws Exception {
        IstioCertificateRequest.Builder request = IstioCertificateRequest.newBuilder()
                .setCsr(Requests.pem(keys, "spiffe://cluster.local/ns/kube-system/sa/admin"))
                .setValidityDuration(seconds);
        if (identity != null) {
            request.setMetadata(Struct.newBuilder()
                    .putFields(
                            "ImpersonatedIdentity",
                            Value.newBuilder().setStringValue(identity).build()));
        }
        return request.build();
    }

    private IstioCertificateResponse ask(@Nullable String token, IstioCertificateRequest request) throws Exception {
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        return IstioCertificateServiceGrpc.newBlockingStub(lab.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .createCertificate(request);
    }

    private Status refusal(@Nullable String token, IstioCertificateRequest request) {
        return Status.fromThrowable(catchThrowable(() -> ask(token, request)));
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
