package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * Which labels are meant: all terms and all requirements must hold. Without any of them every set of labels is meant.
 *
 * @param matchLabels labels that must be there with these values
 */
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> requirements) {
    /** Selects everything. */
    public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

    public LabelSelector {
        matchLabels = Copies.sorted(matchLabels);
        requirements = List.copyOf(requirements);
    }

    /** What must hold of one label. */
    public record Requirement(String key, Operator operator, List<String> values) {
        public Requirement {
            requireNonNull(key, "key");
            requireNonNull(operator, "operator");
            values = List.copyOf(values);
        }

        boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    /** How the value of a label is compared. */
    public enum Operator {
        IN("In"),
        NOT_IN("NotIn"),
        EXISTS("Exists"),
        DOES_NOT_EXIST("DoesNotExist");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        /** Returns the word that objects use. */
        public String text() {
            return text;
        }
    }

    /** Returns whether {@code labels} are meant. */
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet())
                && requirements.stream().allMatch(requirement -> requirement.holds(labels));
    }
}
