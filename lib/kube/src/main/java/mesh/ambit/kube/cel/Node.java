package mesh.ambit.kube.cel;

import org.jspecify.annotations.Nullable;

/** A part of an expression. Values are String, Long, Double, Boolean, Duration, List and Map. */
@FunctionalInterface
interface Node {
    /** Returns the value; throws a {@link CelException} if there is none. */
    Object value(Scope scope);

    /** The variables that a part of an expression sees, the innermost first. */
    record Scope(String name, Object value, @Nullable Scope outer, Budget budget) {
        Scope with(String inner, Object innerValue) {
            return new Scope(inner, innerValue, this, budget);
        }

        Object find(String wanted) {
            budget.spend();
            for (Scope scope = this; scope != null; scope = scope.outer) {
                if (scope.name.equals(wanted)) {
                    return scope.value;
                }
            }
            throw new CelException("there is no " + wanted);
        }
    }

    /** What one evaluation may cost: hostile objects make rules over pairs of items long. */
    final class Budget {
        private int left;

        Budget(int steps) {
            this.left = steps;
        }

        void spend() {
            if (left-- <= 0) {
                throw new CelException("evaluating takes too long");
            }
        }
    }

    default boolean holds(Scope scope) {
        if (value(scope) instanceof Boolean truth) {
            return truth;
        }
        throw new CelException("no truth value");
    }
}
