package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.ca.CertificateAuthority;
import mesh.ambit.ca.CertificateManager;
import mesh.ambit.ca.CertificateState;
import mesh.ambit.ca.SigningException;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.junit.jupiter.api.Test;

class CertificateManagerTest {
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");
    private static final TestAuthority AUTHORITY = new TestAuthority("ca");

    private final HandClock clock = new HandClock(Instant.parse("2026-11-21T10:00:00Z"));
    private final List<CompletableFuture<Svid>> asked = new ArrayList<>();
    private final CertificateManager manager =
            new CertificateManager(this::sign, clock, clock::nanoTime, new Random(1), clock);

    @Test
    void everybodyWaitsForTheFirstAttemptAndNobodyStartsAnother() {
        CompletionStage<Svid> first = manager.fetch(WEB);
        CompletionStage<Svid> second = manager.fetch(WEB);
        assertThat(asked).hasSize(1);
        assertThat(first.toCompletableFuture()).isNotDone();

        Svid svid = svid(Duration.ofHours(1));
        asked.getFirst().complete(svid);

        assertThat(first.toCompletableFuture()).isCompletedWithValue(svid);
        assertThat(second.toCompletableFuture()).isCompletedWithValue(svid);
        assertThat(manager.fetch(WEB).toCompletableFuture()).isCompletedWithValue(svid);
    }

    @Test
    void afterAFailureRequestsFailAtOnceWithItsTextUntilTheRetry() {
        CompletionStage<Svid> first = manager.fetch(WEB);
        asked.getFirst().completeExceptionally(new SigningException("signing gRPC error (UNAVAILABLE): away"));

        assertThat(first.toCompletableFuture()).isCompletedExceptionally();
        assertThat(manager.fetch(WEB).toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(SigningException.class)
                .withMessage("signing gRPC error (UNAVAILABLE): away");
        assertThat(asked).hasSize(1);

        clock.advance(Duration.ofMillis(1_300));
        assertThat(asked).hasSize(2);
        Svid svid = svid(Duration.ofHours(1));
        asked.getLast().complete(svid);
        assertThat(manager.current(WEB)).isSameAs(svid);
    }

    @Test
    void aCertificateIsRenewedAtHalfOfItsLifeAndKeptWhileTheCaIsAway() {
        manager.prefetch(WEB);
        Svid svid = svid(Duration.ofMinutes(10));
        asked.getFirst().complete(svid);

        clock.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(asked).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(asked).hasSize(2);
        asked.getLast().completeExceptionally(new SigningException("away"));
        assertThat(manager.current(WEB)).isSameAs(svid);

        // Every further attempt fails too, until the certificate has expired.
        while (clock.instant().isBefore(svid.notAfter())) {
            clock.advance(Duration.ofSeconds(10));
            asked.getLast().completeExceptionally(new SigningException("away"));
        }
        assertThat(manager.states().get(WEB)).isEqualTo(new CertificateState.Unavailable("away"));
    }

    @Test
    void whenTheRootsChangeEveryCertificateIsReplacedSoonAndOnce() {
        AtomicReference<List<X509Certificate>> roots = new AtomicReference<>(List.of(AUTHORITY.root()));
        CertificateAuthority told = new CertificateAuthority() {
            @Override
            public CompletionStage<Svid> sign(SpiffeId identity) {
                return CertificateManagerTest.this.sign(identity);
            }

            @Override
            public List<X509Certificate> roots() {
                return roots.get();
            }
        };
        CertificateManager following = new CertificateManager(told, clock, clock::nanoTime, new Random(1), clock);
        following.prefetch(WEB);
        asked.getFirst().complete(svid(Duration.ofHours(24)));
        clock.advance(Duration.ofMinutes(2));
        assertThat(asked).hasSize(1);

        roots.set(List.of(AUTHORITY.root(), new TestAuthority("next").root()));
        // Noticed within half a minute, replaced within another.
        clock.advance(Duration.ofMinutes(1));
        assertThat(asked).hasSize(2);
        asked.getLast().complete(svid(Duration.ofHours(24)));

        roots.set(List.of());
        clock.advance(Duration.ofHours(1));
        assertThat(asked).hasSize(2);
    }

    @Test
    void whoWaitsForAForgottenIdentityIsTold() {
        CompletionStage<Svid> waiting = manager.fetch(WEB);
        manager.forget(WEB);

        assertThat(waiting.toCompletableFuture()).isCompletedExceptionally();
        asked.getFirst().complete(svid(Duration.ofHours(1)));
        assertThat(manager.states()).isEmpty();
    }

    @Test
    void closingFailsWhoWaitsAndStopsTheRenewals() {
        CompletionStage<Svid> waiting = manager.fetch(WEB);
        manager.close();

        assertThat(waiting.toCompletableFuture()).isCompletedExceptionally();
        assertThat(manager.fetch(new SpiffeId("cluster.local", "shop", "late")).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(clock.waiting()).isZero();
    }

    @Test
    void whoAsksWhileItClosesIsToldToo() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        CertificateManager closing =
                new CertificateManager(this::sign, clock, clock::nanoTime, new Random(1), executor);
        CountDownLatch busy = new CountDownLatch(1);
        executor.execute(() -> awaitQuietly(busy));
        closing.close();
        CompletionStage<Svid> waiting = closing.fetch(WEB);

        busy.countDown();

        assertThat(waiting.toCompletableFuture())
                .failsWithin(Duration.ofMinutes(2))
                .withThrowableThat()
                .havingCause()
                .withMessage("shutting down");
        assertThat(executor.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
        assertThat(asked).isEmpty();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRestoredCertificateServesAtOnceAndIsRenewedWhenDue() {
        Svid kept = svid(Duration.ofMinutes(10));
        manager.restore(kept);
        clock.advance(Duration.ofMinutes(6));
        assertThat(asked).as("nobody wants it yet").isEmpty();

        assertThat(manager.fetch(WEB).toCompletableFuture()).isCompletedWithValue(kept);
        assertThat(asked).as("its half-life is over").hasSize(1);
        Svid next = svid(Duration.ofMinutes(10));
        asked.getFirst().complete(next);
        assertThat(manager.current(WEB)).isSameAs(next);
    }

    @Test
    void aRestoredCertificateIsRenewedSoonBecauseTheRootsMayHaveChangedMeanwhile() {
        Svid kept = svid(Duration.ofHours(24));
        manager.restore(kept);
        assertThat(manager.fetch(WEB).toCompletableFuture()).isCompletedWithValue(kept);

        clock.advance(Duration.ofSeconds(30));
        assertThat(asked).hasSize(1);
        asked.getFirst().completeExceptionally(new SigningException("away"));
        assertThat(manager.current(WEB)).isSameAs(kept);
    }

    @Test
    void aRestoredCertificateEndsTheWaitForTheCa() {
        CompletionStage<Svid> waiting = manager.fetch(WEB);
        Svid kept = svid(Duration.ofMinutes(10));
        manager.restore(kept);

        assertThat(waiting.toCompletableFuture()).isCompletedWithValue(kept);
    }

    @Test
    void anExpiredCertificateIsNotRestored() {
        Svid expired = svid(Duration.ofMinutes(10));
        clock.advance(Duration.ofMinutes(10));
        manager.restore(expired);

        assertThat(manager.fetch(WEB).toCompletableFuture()).isNotDone();
    }

    @Test
    void theListenerLearnsOfWhatIsIssuedAndForgottenButNotOfWhatWasRestored() {
        List<Object> told = new ArrayList<>();
        manager.observe(new CertificateManager.Listener() {
            @Override
            public void issued(Svid svid) {
                told.add(svid);
            }

            @Override
            public void forgotten(SpiffeId identity) {
                told.add(identity);
            }
        });
        manager.restore(svid(Duration.ofMinutes(10)));
        manager.prefetch(WEB);
        assertThat(told).isEmpty();

        clock.advance(Duration.ofMinutes(5));
        Svid next = svid(Duration.ofMinutes(10));
        asked.getFirst().complete(next);
        manager.forget(WEB);
        assertThat(told).containsExactly(next, WEB);
    }

    @Test
    void aClockSetForwardPastTheHalfLifeIsNoticedWithinHalfAMinute() {
        manager.prefetch(WEB);
        asked.getFirst().complete(svid(Duration.ofHours(24)));

        clock.step(Duration.ofHours(13));
        clock.advance(Duration.ofSeconds(30));
        assertThat(asked).hasSize(2);
    }

    @Test
    void aClockSetBackDoesNotStretchTheWaitForTheNextAttempt() {
        manager.prefetch(WEB);
        asked.getFirst().completeExceptionally(new SigningException("away"));

        clock.step(Duration.ofDays(-1));
        clock.advance(Duration.ofMillis(1_300));
        assertThat(asked).hasSize(2);
    }

    @Test
    void aClockSetBackAndForthLeavesACertificateAlone() {
        manager.prefetch(WEB);
        Svid svid = svid(Duration.ofHours(24));
        asked.getFirst().complete(svid);

        clock.step(Duration.ofHours(-2));
        clock.advance(Duration.ofMinutes(1));
        clock.step(Duration.ofHours(2));
        clock.advance(Duration.ofMinutes(1));
        assertThat(asked).hasSize(1);
        assertThat(manager.current(WEB)).isSameAs(svid);
    }

    @Test
    void aCertificateOfAnotherTimeIsNotAskedForInALoop() {
        manager.prefetch(WEB);
        // The CA's clock is a day behind ours: whatever it signs is old when it comes.
        for (int i = 0; i < 5; i++) {
            asked.getLast()
                    .complete(AUTHORITY.svid(
                            WEB,
                            clock.instant().minus(Duration.ofDays(2)),
                            clock.instant().minus(Duration.ofDays(1))));
            clock.advance(Duration.ofMillis(900));
        }
        assertThat(asked.size()).as("attempts in 4.5 s").isLessThanOrEqualTo(5);
    }

    private CompletionStage<Svid> sign(SpiffeId identity) {
        CompletableFuture<Svid> result = new CompletableFuture<>();
        asked.add(result);
        return result;
    }

    private Svid svid(Duration life) {
        return AUTHORITY.svid(WEB, clock.instant(), clock.instant().plus(life));
    }
}
