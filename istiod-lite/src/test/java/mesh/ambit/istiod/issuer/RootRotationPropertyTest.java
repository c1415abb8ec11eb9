package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.issuer.LeafLedger.Held;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Known;
import mesh.ambit.istiod.issuer.RootRotation.Verdict.Go;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever steps are asked for, in whatever order and at whatever time: whoever has a certificate is accepted by everybody. */
class RootRotationPropertyTest {
    private static final List<Action> ACTIONS = List.of(Action.values());

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration LIFE = Duration.ofHours(24);
    private static final Deque<Root> ROOTS = new ArrayDeque<>();

    /** What somebody holds: who signed it, whom it trusts, until when. */
    private record Certificate(int generation, String signer, Set<String> trusted, Instant until) {}

    @Property(tries = 300, seed = "1")
    void nobodyIsLeftBehind(
            @ForAll @Size(max = 60) List<@IntRange(max = 11) Integer> events, @ForAll boolean complete) {
        AuthorityState state = AuthorityState.steady(fresh(), START);
        Map<Integer, Certificate> holders = new HashMap<>();
        Instant now = START;
        for (int event : events) {
            now = now.plus(Duration.ofMinutes(7));
            if (event < ACTIONS.size()) {
                if (RootRotation.decide(state, ACTIONS.get(event), known(holders, complete), () -> fresh(), now)
                        instanceof Go(AuthorityState next)) {
                    state = next;
                }
            } else if (event < 10) {
                state = state.issuedUntil(now.plus(LIFE));
                Epoch epoch = state.epoch();
                holders.put(
                        event, new Certificate(epoch.generation(), epoch.signer(), epoch.trusted(), now.plus(LIFE)));
            } else {
                now = now.plus(event == 10 ? Duration.ofHours(5) : Duration.ofHours(25));
            }
            requireThatAllAcceptEachOther(holders, now);
        }
    }

    private static void requireThatAllAcceptEachOther(Map<Integer, Certificate> holders, Instant now) {
        List<Certificate> valid = holders.values().stream()
                .filter(each -> each.until().isAfter(now))
                .toList();
        for (Certificate one : valid) {
            for (Certificate other : valid) {
                assertThat(one.trusted()).contains(other.signer());
            }
        }
    }

    private static Known known(Map<Integer, Certificate> holders, boolean complete) {
        List<Held> held = new ArrayList<>();
        if (complete) {
            holders.forEach((name, certificate) -> held.add(new Held(
                    new Holder("holder " + name, "node/a"), new Leaf(certificate.generation(), certificate.until()))));
        }
        return new Known(held, complete ? Instant.MIN : Instant.MAX);
    }

    /** Keys take time to make, and no decision looks at more than their names. */
    private static Root fresh() {
        if (ROOTS.size() < 40) {
            ROOTS.addLast(Root.generate("cluster.local", Duration.ofDays(3650), START));
            return ROOTS.getLast();
        }
        ROOTS.addLast(ROOTS.removeFirst());
        return ROOTS.getLast();
    }
}
