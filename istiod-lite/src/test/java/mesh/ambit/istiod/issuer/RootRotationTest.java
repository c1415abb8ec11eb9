package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mesh.ambit.istiod.issuer.LeafLedger.Held;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Known;
import mesh.ambit.istiod.issuer.RootRotation.Straggler;
import mesh.ambit.istiod.issuer.RootRotation.Verdict;
import mesh.ambit.istiod.issuer.RootRotation.Verdict.Done;
import mesh.ambit.istiod.issuer.RootRotation.Verdict.Go;
import mesh.ambit.istiod.issuer.RootRotation.Verdict.OutOfTurn;
import mesh.ambit.istiod.issuer.RootRotation.Verdict.Wait;
import org.junit.jupiter.api.Test;

class RootRotationTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Known NOBODY = new Known(List.of(), Instant.MIN);

    @Test
    void theWholeWayWithoutAnybodyToLeaveBehind() {
        AuthorityState steady = steady();

        AuthorityState introduced = go(steady, Action.INTRODUCE);
        assertThat(introduced.active()).isEqualTo(steady.active());
        assertThat(introduced.trusted()).hasSize(2).first().isEqualTo(steady.active());

        AuthorityState reissuing = go(introduced, Action.REISSUE);
        assertThat(reissuing.active()).isEqualTo(introduced.other());
        assertThat(reissuing.trusted()).containsExactly(reissuing.active(), steady.active());

        AuthorityState retired = go(reissuing, Action.RETIRE);
        assertThat(retired.trusted()).containsExactly(reissuing.active());
        assertThat(retired.other()).isEqualTo(steady.active());

        assertThat(go(retired, Action.FORGET).other()).isNull();
    }

    @Test
    void theWholeWayBack() {
        AuthorityState steady = steady();
        AuthorityState retired = go(go(go(steady, Action.INTRODUCE), Action.REISSUE), Action.RETIRE);

        AuthorityState back = go(go(go(retired, Action.UNDO), Action.UNDO), Action.UNDO);

        assertThat(back.active()).isEqualTo(steady.active());
        assertThat(back.stage()).isEqualTo(Stage.STEADY);
        assertThat(decide(back, Action.UNDO, NOBODY)).isInstanceOf(Done.class);
    }

    @Test
    void aStepThatWasMadeIsNotMadeAgain() {
        AuthorityState introduced = go(steady(), Action.INTRODUCE);
        AuthorityState reissuing = go(introduced, Action.REISSUE);

        assertThat(decide(introduced, Action.INTRODUCE, NOBODY)).isInstanceOf(Done.class);
        assertThat(decide(reissuing, Action.INTRODUCE, NOBODY)).isInstanceOf(Done.class);
        assertThat(decide(reissuing, Action.REISSUE, NOBODY)).isInstanceOf(Done.class);
        assertThat(decide(go(reissuing, Action.RETIRE), Action.RETIRE, NOBODY)).isInstanceOf(Done.class);
    }

    @Test
    void stepsDoNotLeapAhead() {
        assertThat(decide(steady(), Action.REISSUE, NOBODY)).isInstanceOf(OutOfTurn.class);
        assertThat(decide(steady(), Action.RETIRE, NOBODY)).isInstanceOf(OutOfTurn.class);
        assertThat(decide(go(steady(), Action.INTRODUCE), Action.RETIRE, NOBODY))
                .isInstanceOfSatisfying(
                        OutOfTurn.class, refusal -> assertThat(refusal.reason()).contains("expected: reissue first"));
    }

    @Test
    void whoDoesNotTrustTheNewRootYetKeepsItFromSigning() {
        AuthorityState introduced = go(steady().issuedUntil(NOW.plus(DAY)), Action.INTRODUCE);

        assertThat(decide(introduced, Action.REISSUE, known(held("web", 1))))
                .isInstanceOfSatisfying(
                        Wait.class,
                        wait -> assertThat(wait.stragglers()).singleElement().satisfies(straggler -> {
                            assertThat(straggler.who()).isEqualTo("web at node/a");
                            assertThat(straggler.problem()).startsWith("does not trust root");
                        }));
        assertThat(decide(introduced, Action.REISSUE, known(held("web", 2)))).isInstanceOf(Go.class);
    }

    @Test
    void whoHoldsACertificateOfTheOldRootKeepsItFromRetiring() {
        AuthorityState introduced = go(steady(), Action.INTRODUCE).issuedUntil(NOW.plus(DAY));
        AuthorityState reissuing = go(introduced, Action.REISSUE);

        assertThat(decide(reissuing, Action.RETIRE, known(held("web", 2))))
                .isInstanceOfSatisfying(
                        Wait.class,
                        wait -> assertThat(wait.stragglers())
                                .extracting(Straggler::problem)
                                .singleElement()
                                .asString()
                                .startsWith("was signed by root "
                                        + introduced.active().keyId()));
        assertThat(decide(reissuing, Action.RETIRE, known(held("web", 3)))).isInstanceOf(Go.class);
    }

    @Test
    void whereNotEverythingIsKnownTimeDecides() {
        AuthorityState introduced = go(steady().issuedUntil(NOW.plus(DAY)), Action.INTRODUCE);
        Known partly = new Known(List.of(), Instant.MAX);

        assertThat(decide(introduced, Action.REISSUE, partly))
                .isInstanceOfSatisfying(
                        Wait.class,
                        wait -> assertThat(wait.stragglers())
                                .singleElement()
                                .satisfies(straggler ->
                                        assertThat(straggler.until()).isEqualTo(NOW.plus(DAY))));
        assertThat(decide(introduced, Action.REISSUE, partly, NOW.plus(DAY))).isInstanceOf(Go.class);
    }

    @Test
    void aWayBackIsGuardedLikeTheWayThere() {
        AuthorityState reissuing =
                go(go(steady(), Action.INTRODUCE), Action.REISSUE).issuedUntil(NOW.plus(DAY));
        AuthorityState back = go(reissuing, Action.UNDO);

        // Somebody still shows what the new root signed.
        assertThat(decide(back, Action.UNDO, known(held("web", 3)))).isInstanceOf(Wait.class);
        assertThat(decide(back, Action.UNDO, known(held("web", 4)))).isInstanceOf(Go.class);

        AuthorityState retired = go(reissuing, Action.RETIRE).issuedUntil(NOW.plus(DAY));
        AuthorityState trustedAgain = go(retired, Action.UNDO);
        // Somebody trusts the new root alone.
        assertThat(decide(trustedAgain, Action.UNDO, known(held("web", 4)))).isInstanceOf(Wait.class);
    }

    @Test
    void whatIsStoredIsReadBack() {
        AuthorityState state = go(go(steady().issuedUntil(NOW.plus(DAY)), Action.INTRODUCE), Action.UNDO);
        AuthorityState reissuing = go(go(steady(), Action.INTRODUCE), Action.REISSUE);

        for (AuthorityState each : List.of(state, reissuing)) {
            AuthorityState read = StateCodec.read(StateCodec.write(each), "test", NOW);

            assertThat(read.stage()).isEqualTo(each.stage());
            assertThat(read.epochs()).isEqualTo(each.epochs());
            assertThat(read.active().certificate()).isEqualTo(each.active().certificate());
            assertThat(StateCodec.write(read)).isEqualTo(StateCodec.write(each));
        }
    }

    private static AuthorityState steady() {
        return AuthorityState.steady(fresh(), NOW);
    }

    private static Root fresh() {
        return Root.generate("cluster.local", Duration.ofDays(3650), NOW);
    }

    private static Known known(Held... held) {
        return new Known(List.of(held), Instant.MIN);
    }

    private static Held held(String identity, int generation) {
        return new Held(new Holder(identity, "node/a"), new Leaf(generation, NOW.plus(DAY)));
    }

    private static AuthorityState go(AuthorityState state, Action action) {
        Verdict verdict = decide(state, action, NOBODY);
        assertThat(verdict).isInstanceOf(Go.class);
        return ((Go) verdict).next();
    }

    private static Verdict decide(AuthorityState state, Action action, Known known) {
        return decide(state, action, known, NOW);
    }

    private static Verdict decide(AuthorityState state, Action action, Known known, Instant now) {
        return RootRotation.decide(state, action, known, RootRotationTest::fresh, now);
    }
}
