package mesh.ambit.istiod.issuer;

import java.util.List;
import java.util.Locale;
import mesh.ambit.istiod.issuer.AuthorityReport.WaitingLine;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Straggler;
import mesh.ambit.istiod.issuer.RootRotation.Verdict;

/**
 * What became of a step of a change of the root.
 *
 * @param step what was asked for
 * @param result {@code done}, {@code nothing-to-do}, {@code out-of-turn} or {@code waiting}
 * @param stage where we are now
 * @param message a sentence for a person
 * @param waiting who would be left behind
 */
public record RotationReport(String step, String result, String stage, String message, List<WaitingLine> waiting) {

    static RotationReport of(Action action, Verdict verdict, Stage stage) {
        String step = action.name().toLowerCase(Locale.ROOT);
        return switch (verdict) {
            case Verdict.Go(AuthorityState next) ->
                new RotationReport(
                        step, "done", name(next.stage()), next.stage().meaning(), List.of());
            case Verdict.Done() -> new RotationReport(step, "nothing-to-do", name(stage), stage.meaning(), List.of());
            case Verdict.OutOfTurn(String reason) ->
                new RotationReport(step, "out-of-turn", name(stage), reason, List.of());
            case Verdict.Wait(List<Straggler> stragglers) ->
                new RotationReport(
                        step,
                        "waiting",
                        name(stage),
                        stragglers.size() + " would be left behind",
                        AuthorityReport.lines(stragglers));
        };
    }

    static String name(Stage stage) {
        return stage.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the step of that name. */
    static Action action(String step) {
        for (Action action : Action.values()) {
            if (action.name().toLowerCase(Locale.ROOT).equals(step)) {
                return action;
            }
        }
        throw new IssuerException("there is no step " + AuditLog.printable(step)
                + " (expected: next, introduce, reissue, retire, forget, undo)");
    }
}
