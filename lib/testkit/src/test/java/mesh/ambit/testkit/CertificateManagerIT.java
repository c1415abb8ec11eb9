package mesh.ambit.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Metadata;
import io.grpc.Status;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import mesh.ambit.ca.CaClient;
import mesh.ambit.ca.CertificateManager;
import mesh.ambit.ca.CertificateState;
import mesh.ambit.ca.SigningException;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateManagerIT {
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");

    private final TestAuthority authority = new TestAuthority("ca");
    private final FakeCa ca = FakeCa.start(authority);
    private final ControlPlaneChannels channels = new ControlPlaneChannels();
    private Path roots;
    private CaClient client;
    private CertificateManager manager;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        roots = folder.resolve("root.pem");
        Files.writeString(roots, authority.rootPem());
        client = new CaClient(controlPlane(ca.address(), roots), channels, Duration.ofHours(24));
        manager = new CertificateManager(
                client,
                InstantSource.system(),
                System::nanoTime,
                new Random(1),
                Executors.newSingleThreadScheduledExecutor());
    }

    @AfterEach
    void stop() {
        manager.close();
        client.close();
        channels.close();
        ca.close();
    }

    @Test
    void aCertificateIsObtainedOnceForAnIdentity() throws Exception {
        Svid svid = fetch();

        assertThat(svid.identity()).isEqualTo(WEB);
        assertThat(svid.roots()).containsExactly(authority.root());
        assertThat(svid.chain()).hasSize(1);
        svid.leaf().verify(authority.root().getPublicKey());
        assertThat(fetch()).isSameAs(svid);
        assertThat(manager.current(WEB)).isSameAs(svid);
        assertThat(ca.requests()).singleElement().satisfies(request -> {
            assertThat(FakeCa.impersonated(request)).isEqualTo(WEB.toString());
            assertThat(request.getValidityDuration()).isEqualTo(86_400);
        });
        assertThat(ca.calls().getFirst().get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("Bearer token");
    }

    @Test
    void aFailureSaysTheCodeAndTheMessageAndTheNextAttemptCures() throws Exception {
        ca.fail(Status.UNAUTHENTICATED.withDescription("request authenticate failure:\nno token"));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("signing gRPC error (The request does not have valid authentication credentials): "
                        + "request authenticate failure:\nno token");
        assertThat(manager.states().get(WEB)).isInstanceOf(CertificateState.Unavailable.class);

        ca.sign(Duration.ofHours(1));
        Await.until("the retry succeeds", () -> manager.current(WEB) != null);
        assertThat(fetch()).isNotNull();
    }

    @Test
    void certificatesRotateAtHalfOfTheirLife() throws Exception {
        ca.sign(Duration.ofSeconds(4));
        Svid first = fetch();

        Await.until("a new certificate", () -> manager.current(WEB) != first);
        assertThat(fetch().notAfter()).isAfter(first.notAfter());
    }

    @Test
    void aCaThatIsKilledAndComesBackIsFound() throws Exception {
        ca.kill();
        assertThatThrownBy(this::fetch)
                .cause()
                .hasMessage("signing gRPC error (Unknown error): client error (Connect)");

        ca.restart();

        Await.until("a certificate", () -> manager.current(WEB) != null);
    }

    @Test
    void aChainThatSpeaksForSomebodyElseOrHasNoBundleIsNotUsed() {
        ca.behave((request, responses) -> {
            responses.onNext(ca.chain(request, "spiffe://cluster.local/ns/shop/sa/mallory", Duration.ofHours(1)));
            responses.onCompleted();
        });
        assertThatThrownBy(this::fetch)
                .cause()
                .hasMessage("did not find expected SAN: spiffe://cluster.local/ns/shop/sa/web");

        SpiffeId orders = new SpiffeId("cluster.local", "shop", "orders");
        ca.behave((request, responses) -> {
            responses.onNext(ca.chain(request, Duration.ofHours(1)).toBuilder()
                    .clearCertChain()
                    .addCertChain("x")
                    .build());
            responses.onCompleted();
        });
        assertThatThrownBy(() -> manager.fetch(orders).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .cause()
                .hasMessage("failed to create CSR: invalid root certificate: no root certificate present");
    }

    /** The reference installs it, and has no working certificate then. */
    @Test
    void anAnswerForAnotherKeyIsNotUsed() throws Exception {
        fetch();
        ca.behave((request, responses) -> {
            responses.onNext(ca.chain(ca.requests().getFirst(), Duration.ofHours(1)));
            responses.onCompleted();
        });
        assertThat(refusal()).isEqualTo("the CA sent a certificate of another key for " + WEB);
    }

    @Test
    void aBundleWithoutARootTrustsNobody() throws Exception {
        bundleIs("no root", Duration.ofHours(1));

        Svid svid = fetch();

        assertThat(svid.chain()).hasSize(1);
        assertThat(svid.roots()).isEmpty();
    }

    @Test
    void aBundleWithoutARootDoesNotReplaceOneThatWorks() throws Exception {
        ca.sign(Duration.ofSeconds(6));
        Svid first = fetch();

        bundleIs("", Duration.ofHours(1));
        Await.until("a second attempt", () -> ca.requests().size() > 1);
        ca.sign(Duration.ofHours(1));

        Await.until("a new certificate", () -> manager.current(WEB) != first);
        assertThat(fetch().roots()).containsExactly(authority.root());
    }

    private void bundleIs(String pem, Duration life) {
        ca.behave((request, responses) -> {
            responses.onNext(
                    ca.chain(request, life).toBuilder().setCertChain(1, pem).build());
            responses.onCompleted();
        });
    }

    @Test
    void whoSaysNothingOfItsIdentityIsWhomTheCaTakesItFor() throws Exception {
        SpiffeId other = new SpiffeId("other.local", "shop", "else");
        ca.behave((request, responses) -> {
            responses.onNext(ca.chain(request, other.toString(), Duration.ofHours(1)));
            responses.onCompleted();
        });
        try (CaClient plain = new CaClient(controlPlane(ca.address(), roots), channels, Duration.ofHours(24), false)) {
            assertThat(plain.sign(WEB)
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS)
                            .identity())
                    .isEqualTo(other);
        }
    }

    private String refusal() {
        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> client.sign(WEB).toCompletableFuture().get(60, TimeUnit.SECONDS));
        return String.valueOf(requireNonNull(failure.getCause()).getMessage());
    }

    /** The fake CA speaks through the JDK's provider, which knows no hybrid group. */
    @ParameterizedTest
    @CsvSource({"NONE, true", "FIPS_140_2, true", "PQC, false"})
    void theCaIsHeldToTheSamePolicyAsPeers(TlsPolicy.Compliance compliance, boolean reached) throws Exception {
        try (ControlPlaneChannels narrow = new ControlPlaneChannels(new TlsPolicy(compliance, false));
                CaClient asking = new CaClient(controlPlane(ca.address(), roots), narrow, Duration.ofHours(24))) {
            CompletableFuture<Svid> answer = asking.sign(WEB).toCompletableFuture();
            if (reached) {
                assertThat(answer.get(60, TimeUnit.SECONDS).identity()).isEqualTo(WEB);
            } else {
                assertThatThrownBy(() -> answer.get(60, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(SigningException.class);
            }
        }
    }

    @Test
    void aPrefetchedCertificateIsThereBeforeAnybodyAsksAndAForgottenOneIsGone() {
        manager.prefetch(WEB);
        Await.until("a certificate", () -> manager.current(WEB) != null);

        manager.forget(WEB);
        Await.until("it is gone", () -> manager.states().isEmpty());
        assertThat(ca.requests()).hasSize(1);
    }

    private Svid fetch() throws Exception {
        return manager.fetch(WEB).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static ControlPlane controlPlane(URI address, Path roots) {
        return new ControlPlane(
                address,
                TrustRoots.parse(roots.toString()),
                null,
                new TokenSource.Literal("token"),
                "Kubernetes",
                Map.of());
    }
}
