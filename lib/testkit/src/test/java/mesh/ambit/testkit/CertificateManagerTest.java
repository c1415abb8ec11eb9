package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    private final CertificateManager manager = new CertificateManager(this::sign, clock, new Random(1), clock);

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

    private CompletionStage<Svid> sign(SpiffeId identity) {
        CompletableFuture<Svid> result = new CompletableFuture<>();
        asked.add(result);
        return result;
    }

    private Svid svid(Duration life) {
        return AUTHORITY.svid(WEB, clock.instant(), clock.instant().plus(life));
    }
}
