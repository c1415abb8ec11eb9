package mesh.ambit.perf.report;

/**
 * Whether a goal is reached.
 *
 * @param value the quotient or number that the goal is about
 * @param ours our own number
 * @param reference the other's; NaN where there is none
 */
public record Verdict(Goal goal, String unit, double value, double ours, double reference) {
    public boolean isMet() {
        return switch (goal.direction()) {
            case AT_LEAST -> value >= goal.bound();
            case AT_MOST -> value <= goal.bound();
        };
    }

    /** Returns by how much of the bound the value is beyond it, in percent; negative where it falls short. */
    public double marginPercent() {
        double beyond = goal.direction() == Goal.Direction.AT_LEAST ? value - goal.bound() : goal.bound() - value;
        return beyond / goal.bound() * 100;
    }
}
