package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/** How Istio's objects compare a text. */
public record StringMatch(Type type, String value) {
    public StringMatch {
        requireNonNull(type, "type");
        requireNonNull(value, "value");
    }

    /** Ways to compare. */
    public enum Type {
        EXACT,
        PREFIX,
        /** An expression in RE2 syntax that the whole text must match. */
        REGEX,
        /** Whatever it is, as long as it is there. */
        PRESENT
    }
}
