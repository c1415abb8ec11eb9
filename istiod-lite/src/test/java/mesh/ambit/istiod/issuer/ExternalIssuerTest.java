package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.IssuanceException.Kind;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import mesh.ambit.istiod.issuer.Issuer.Order;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExternalIssuerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    /** So long that a busy machine is not taken for a slow signer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Subject.Workload WEB =
            new Subject.Workload(new SpiffeId("cluster.local", "shop", "web"), false);
    private static final Subject.Workload ADMIN =
            new Subject.Workload(new SpiffeId("cluster.local", "kube-system", "admin"), false);

    private final KeyPair keys = Pem.newKeyPair();
    private Signers root;
    private Signers intermediate;
    private Signer signer;
    private ExternalIssuer issuer;

    /** Somebody else's authority, which does what a test tells it to. */
    private final class Signer implements ExternalSigner {
        private boolean asRequested;
        private Behaviour behaviour = this::properly;
        private Behaviour rootsBehaviour = _ -> List.of(root.pem());

        interface Behaviour {
            List<String> answer(Request request) throws Exception;
        }

        @Override
        public String name() {
            return "double";
        }

        @Override
        public boolean signsAsRequested() {
            return asRequested;
        }

        @Override
        public List<String> sign(Request request) throws Exception {
            return behaviour.answer(request);
        }

        @Override
        public String roots() throws Exception {
            return rootsBehaviour
                    .answer(new Request("", List.of(), Duration.ZERO))
                    .getFirst();
        }

        List<String> properly(Request request) {
            return chain(keys, WEB, request.lifetime(), intermediate);
        }

        List<String> chain(KeyPair of, Subject subject, Duration life, Signers by) {
            String leaf = Pem.of(Certificates.leaf(
                    of.getPublic(),
                    subject,
                    CertificateRules.validity(life, NOW, Instant.MAX),
                    by.certificate(),
                    by.keys().getPrivate()));
            return List.of(leaf, by.pem());
        }
    }

    @BeforeEach
    void start() throws Exception {
        root = Signers.root("vault root", NOW);
        intermediate = root.intermediate("vault", Pem.newKeyPair(), NOW);
        signer = new Signer();
        issuer = new ExternalIssuer(signer, PATIENCE);
        issuer.refresh();
    }

    @AfterEach
    void stop() throws Exception {
        issuer.close();
    }

    @Test
    void whatItSignsIsHandedOutWithItsRoots() {
        Issued issued = issuer.issue(order(WEB));

        assertThat(issued.chain()).hasSize(2).last().isEqualTo(intermediate.certificate());
        assertThat(issued.trust().roots()).containsExactly(root.certificate());
        assertThat(issued.keyId()).isEqualTo(Certificates.keyId(intermediate.certificate()));
    }

    @Test
    void itIsToldTheNamesThatCount() {
        List<ExternalSigner.Request> seen = new CopyOnWriteArrayList<>();
        signer.behaviour = request -> {
            seen.add(request);
            return signer.properly(request);
        };
        issuer.issue(order(WEB));
        assertThatThrownBy(() -> issuer.issue(order(new Subject.Server(
                        List.of("istiod.istio-system.svc"), List.of(InetAddress.ofLiteral("10.77.0.1"))))))
                .hasMessageContaining("has the names");

        assertThat(seen)
                .extracting(ExternalSigner.Request::names)
                .containsExactly(
                        List.of("URI:spiffe://cluster.local/ns/shop/sa/web"),
                        List.of("DNS:istiod.istio-system.svc", "IP:10.77.0.1"));
    }

    @Test
    void whoSignsWhatIsRequestedIsAskedForNothingElse() throws Exception {
        signer.asRequested = true;
        List<ExternalSigner.Request> seen = new CopyOnWriteArrayList<>();
        signer.behaviour = request -> {
            seen.add(request);
            return signer.properly(request);
        };

        assertThat(issuer.issue(order(WEB, CertificateRequests.of(keys, WEB))).chain())
                .hasSize(2);
        for (String other : List.of(
                CertificateRequests.of(keys, ADMIN),
                CertificateRequests.of(keys, new Subject.Server(List.of("istiod.istio-system.svc"), List.of())),
                Requests.pem(keys, WEB.identity().toString()),
                "garbage")) {
            assertThatThrownBy(() -> issuer.issue(order(WEB, other)))
                    .isInstanceOfSatisfying(
                            IssuanceException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(Kind.CSR_ERROR));
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void whatWasNotOrderedIsNotHandedOut() throws Exception {
        Signers foreign = Signers.root("foreign", NOW);
        refuses(request -> List.of(), "is missing");
        refuses(request -> List.of("garbage"), "is not readable");
        refuses(request -> signer.chain(Pem.newKeyPair(), WEB, request.lifetime(), intermediate), "of another key");
        refuses(request -> signer.chain(keys, ADMIN, request.lifetime(), intermediate), "has the names");
        refuses(request -> signer.chain(keys, WEB, Duration.ofDays(30), intermediate), "is valid until");
        refuses(request -> signer.chain(keys, WEB, request.lifetime(), foreign), "does not lead to a root");
        Signers authority = root.intermediate("too much", keys, NOW, NOW.plus(Duration.ofHours(1)));
        refuses(request -> List.of(authority.pem()), "has the names");
    }

    @Test
    void oneThatIsSlowIsSaidAndEndsInTime() throws Exception {
        try (ExternalIssuer impatient = new ExternalIssuer(signer, Duration.ofMillis(200))) {
            Await.until("roots", impatient::refresh);
            CountDownLatch never = new CountDownLatch(1);
            signer.behaviour = request -> {
                never.await();
                return List.of();
            };
            assertThatThrownBy(() -> impatient.issue(order(WEB)))
                    .isInstanceOfSatisfying(
                            IssuanceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CERT_GEN_ERROR))
                    .hasMessageContaining("no answer within PT0.2S");

            signer.behaviour = signer::properly;
            Await.until("issued again", () -> isIssuing(impatient));
        }
    }

    @Test
    void oneThatFailsIsSaid() {
        refuses(
                request -> {
                    throw new IOException("sealed");
                },
                "external CA double: a certificate for spiffe://cluster.local/ns/shop/sa/web: sealed");

        signer.behaviour = signer::properly;
        assertThat(issuer.issue(order(WEB)).chain()).isNotEmpty();
    }

    @Test
    void slowCallsDoNotPileUp() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        signer.behaviour = request -> {
            release.await();
            return signer.properly(request);
        };
        try (var callers = Executors.newVirtualThreadPerTaskExecutor();
                ExternalIssuer patient = new ExternalIssuer(signer, PATIENCE)) {
            patient.refresh();
            List<CompletableFuture<Issued>> calls = IntStream.range(0, 40)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(() -> patient.issue(order(WEB)), callers))
                    .toList();
            release.countDown();
            for (CompletableFuture<Issued> call : calls) {
                assertThat(call.get().chain()).hasSize(2);
            }
        }
    }

    @Test
    void callsThatIgnoreThatNobodyWaitsForThemCountUntilTheyEnd() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        try (ExternalIssuer impatient = new ExternalIssuer(signer, Duration.ofMillis(100))) {
            Await.until("roots", impatient::refresh);
            signer.behaviour = request -> {
                begun.incrementAndGet();
                while (release.getCount() > 0) {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        // What this is about: somebody else's code that does not end when it is told to.
                    }
                }
                return signer.properly(request);
            };
            Await.until("as many as may be", () -> !isIssuing(impatient) && begun.get() == ExternalIssuer.MAX_PARALLEL);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> impatient.issue(order(WEB)))
                        .hasMessageContaining(ExternalIssuer.MAX_PARALLEL + " calls under way");
            }
            assertThat(begun).as("calls begun").hasValue(ExternalIssuer.MAX_PARALLEL);

            release.countDown();
            Await.until("issued again", () -> isIssuing(impatient));
        }
    }

    @Test
    void theRootsThatWereReadLastStayWhileItIsAway() throws Exception {
        signer.rootsBehaviour = _ -> {
            throw new IOException("sealed");
        };
        assertThat(issuer.refresh()).isFalse();
        assertThat(issuer.problem()).contains("sealed");
        assertThat(issuer.trust().roots()).containsExactly(root.certificate());
        assertThat(issuer.issue(order(WEB)).chain()).isNotEmpty();

        Signers next = Signers.root("vault root next", NOW);
        signer.rootsBehaviour = _ -> List.of(root.pem() + next.pem());
        assertThat(issuer.refresh()).isTrue();
        assertThat(issuer.problem()).isEmpty();
        assertThat(issuer.trust().roots()).hasSize(2);
    }

    @Test
    void beforeItsRootsAreKnownNothingIsIssued() throws Exception {
        signer.rootsBehaviour = _ -> {
            throw new IOException("sealed");
        };
        try (ExternalIssuer cold = new ExternalIssuer(signer, PATIENCE)) {
            cold.refresh();
            assertThatThrownBy(() -> cold.issue(order(WEB)))
                    .isInstanceOfSatisfying(
                            IssuanceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CA_NOT_READY))
                    .hasMessageContaining("sealed");
        }
    }

    private boolean isIssuing(ExternalIssuer asked) {
        try {
            return !asked.issue(order(WEB)).chain().isEmpty();
        } catch (IssuanceException e) {
            return false;
        }
    }

    private void refuses(Signer.Behaviour behaviour, String reason) {
        signer.behaviour = behaviour;
        assertThatThrownBy(() -> issuer.issue(order(WEB)))
                .isInstanceOfSatisfying(
                        IssuanceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CERT_GEN_ERROR))
                .hasMessageContaining(reason);
    }

    private Order order(Subject subject) {
        return order(subject, "csr");
    }

    private Order order(Subject subject, String request) {
        return new Order(keys.getPublic(), request, subject, "node/a", Duration.ofHours(1), NOW);
    }
}
