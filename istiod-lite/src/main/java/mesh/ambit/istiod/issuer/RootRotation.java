package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.LeafLedger.Held;

/**
 * Decides the steps of a change of the root. Pure: what was issued and the time are arguments.
 *
 * <pre>
 * STEADY, RETIRED --introduce--> INTRODUCED --reissue--> REISSUING --retire--> RETIRED --forget--> STEADY
 * STEADY <--undo-- INTRODUCED <--undo-- REISSUING <--undo-- RETIRED
 * </pre>
 *
 * <p>One rule guards every step, forwards and backwards: certificates that will be issued and those that somebody still
 * holds must accept each other.
 */
final class RootRotation {
    private RootRotation() {}

    /** What can be asked for. */
    enum Action {
        INTRODUCE,
        REISSUE,
        RETIRE,
        FORGET,
        UNDO;

        /** Returns the step that comes next at {@code stage}. */
        static Action after(Stage stage) {
            return switch (stage) {
                case STEADY, RETIRED -> INTRODUCE;
                case INTRODUCED -> REISSUE;
                case REISSUING -> RETIRE;
            };
        }
    }

    /**
     * What is known of issued certificates.
     *
     * @param held holders that would be left behind if theirs were not accepted any more; a holder that is gone is not
     *     among them
     * @param completeSince from when on nothing is missing in {@code held}; {@link Instant#MAX} where others issue too
     */
    record Known(List<Held> held, Instant completeSince) {
        Known {
            held = List.copyOf(held);
        }
    }

    /**
     * Somebody who would be left behind.
     *
     * @param who identity and place; empty where only the time of the last certificate is known
     * @param until when the certificate ends
     * @param problem why it would not do
     */
    record Straggler(String who, Instant until, String problem) {}

    /** The decision. */
    sealed interface Verdict {
        /** The step is made with {@code next}. */
        record Go(AuthorityState next) implements Verdict {}

        /** There is nothing to do: it was done before. */
        record Done() implements Verdict {}

        /** Not from here. */
        record OutOfTurn(String reason) implements Verdict {}

        /** Not yet. */
        record Wait(List<Straggler> stragglers) implements Verdict {
            public Wait {
                stragglers = List.copyOf(stragglers);
            }
        }
    }

    /** Returns what becomes of {@code action}; {@code fresh} makes a root where one is needed. */
    static Verdict decide(AuthorityState state, Action action, Known known, Supplier<Root> fresh, Instant now) {
        Root active = state.active();
        Root other = state.other();
        return switch (action) {
            case INTRODUCE ->
                switch (state.stage()) {
                    case STEADY, RETIRED ->
                        guarded(state, state.next(active, fresh.get(), Stage.INTRODUCED, now), known, now);
                    case INTRODUCED, REISSUING -> new Verdict.Done();
                };
            case REISSUE ->
                switch (state.stage()) {
                    case INTRODUCED ->
                        other == null
                                ? outOfTurn(action, state)
                                : guarded(state, state.next(other, active, Stage.REISSUING, now), known, now);
                    case REISSUING, RETIRED -> new Verdict.Done();
                    case STEADY -> outOfTurn(action, state);
                };
            case RETIRE ->
                switch (state.stage()) {
                    case REISSUING -> guarded(state, state.next(active, other, Stage.RETIRED, now), known, now);
                    case RETIRED -> new Verdict.Done();
                    case STEADY, INTRODUCED -> outOfTurn(action, state);
                };
            case FORGET ->
                switch (state.stage()) {
                    case RETIRED -> guarded(state, state.next(active, null, Stage.STEADY, now), known, now);
                    case STEADY -> new Verdict.Done();
                    case INTRODUCED, REISSUING -> outOfTurn(action, state);
                };
            case UNDO ->
                switch (state.stage()) {
                    case STEADY -> new Verdict.Done();
                    case INTRODUCED -> guarded(state, state.next(active, null, Stage.STEADY, now), known, now);
                    case REISSUING ->
                        other == null
                                ? outOfTurn(action, state)
                                : guarded(state, state.next(other, active, Stage.INTRODUCED, now), known, now);
                    case RETIRED -> guarded(state, state.next(active, other, Stage.REISSUING, now), known, now);
                };
        };
    }

    private static Verdict outOfTurn(Action action, Stage stage) {
        String needed = action == Action.REISSUE ? "introduce" : action == Action.RETIRE ? "reissue" : "retire";
        return new Verdict.OutOfTurn("cannot " + action.name().toLowerCase(Locale.ROOT) + " while " + stage.meaning()
                + " (expected: " + needed + " first)");
    }

    private static Verdict outOfTurn(Action action, AuthorityState state) {
        return outOfTurn(action, state.stage());
    }

    private static Verdict guarded(AuthorityState state, AuthorityState next, Known known, Instant now) {
        List<Straggler> stragglers = stragglers(state, next.epoch(), known, now);
        return stragglers.isEmpty() ? new Verdict.Go(next) : new Verdict.Wait(stragglers);
    }

    /** Returns who holds a certificate that does not get along with those of {@code next}. */
    static List<Straggler> stragglers(AuthorityState state, Epoch next, Known known, Instant now) {
        List<Straggler> stragglers = new ArrayList<>();
        for (Epoch epoch : state.epochs()) {
            if (!epoch.until().isAfter(now) || epoch.getsAlongWith(next)) {
                continue;
            }
            String problem = epoch.trusted().contains(next.signer())
                    ? "was signed by root " + epoch.signer() + ", which would not be trusted"
                    : "does not trust root " + next.signer() + ", which would sign";
            for (Held held : known.held()) {
                if (held.leaf().generation() == epoch.generation()) {
                    stragglers.add(new Straggler(
                            held.holder().identity() + " at " + held.holder().place(),
                            held.leaf().notAfter(),
                            problem));
                }
            }
            boolean complete = !known.completeSince().isAfter(epoch.since());
            if (!complete) {
                stragglers.add(new Straggler("", epoch.until(), problem));
            }
        }
        return stragglers;
    }

    /** Returns whether a root that is valid in that span has less than {@code percent} of it left. */
    static boolean isDue(Instant notBefore, Instant notAfter, int percent, Instant now) {
        Duration life = Duration.between(notBefore, notAfter);
        Duration left = Duration.between(now, notAfter);
        return left.compareTo(life.multipliedBy(percent).dividedBy(100)) < 0;
    }
}
