package mesh.ambit.istiod.issuer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The self-signed authority as it is stored: what signs, what else there is, how far a change of the root has come, and
 * what was issued how. Immutable.
 *
 * @param active signs
 * @param other the root that comes ({@code INTRODUCED}) or goes ({@code REISSUING}, {@code RETIRED}); null when {@code
 *     STEADY}
 * @param epochs the present one last
 */
record AuthorityState(Root active, @Nullable Root other, Stage stage, List<Epoch> epochs) {
    AuthorityState {
        epochs = List.copyOf(epochs);
        if (epochs.isEmpty() || (other == null) != (stage == Stage.STEADY)) {
            throw new IllegalArgumentException("stage " + stage + " with " + (other == null ? "one root" : "two roots")
                    + " and " + epochs.size() + " epochs");
        }
    }

    /** Returns the state that begins at {@code now} with one root. */
    static AuthorityState steady(Root root, Instant now) {
        Epoch first = new Epoch(1, now, now, root.keyId(), Set.of(root.keyId()));
        return new AuthorityState(root, null, Stage.STEADY, List.of(first));
    }

    Epoch epoch() {
        return epochs.getLast();
    }

    /** Returns the roots that are handed out, the signer first. */
    List<Root> trusted() {
        return trusted(active, other, stage);
    }

    private static List<Root> trusted(Root active, @Nullable Root other, Stage stage) {
        return switch (stage) {
            case STEADY, RETIRED -> List.of(active);
            case INTRODUCED, REISSUING -> other == null ? List.of(active) : List.of(active, other);
        };
    }

    /** Returns the state with these roots at that stage, from {@code now} on, in a new epoch; those that ended are gone. */
    AuthorityState next(Root newActive, @Nullable Root newOther, Stage newStage, Instant now) {
        Set<String> trusted = new LinkedHashSet<>();
        trusted(newActive, newOther, newStage).forEach(root -> trusted.add(root.keyId()));
        List<Epoch> remaining = new ArrayList<>();
        for (Epoch past : epochs) {
            if (past.until().isAfter(now)) {
                remaining.add(past);
            }
        }
        remaining.add(new Epoch(epoch().generation() + 1, now, now, newActive.keyId(), trusted));
        return new AuthorityState(newActive, newOther, newStage, remaining);
    }

    /** Returns the state in which the epoch of that generation has certificates until {@code end} at least. */
    AuthorityState issuedUntil(int generation, Instant end) {
        List<Epoch> changed = new ArrayList<>(epochs);
        changed.replaceAll(
                each -> each.generation() == generation && end.isAfter(each.until()) ? each.until(end) : each);
        return changed.equals(epochs) ? this : new AuthorityState(active, other, stage, changed);
    }

    /** Returns the state in which the present epoch has certificates until {@code end} at least. */
    AuthorityState issuedUntil(Instant end) {
        return issuedUntil(epoch().generation(), end);
    }

    /** Returns the state with {@code root}, of the same key as before, in the place of the active one. */
    AuthorityState renewed(Root root) {
        return new AuthorityState(root, other, stage, epochs);
    }
}
