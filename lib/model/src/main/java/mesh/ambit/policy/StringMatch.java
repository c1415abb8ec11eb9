package mesh.ambit.policy;

/** How a policy compares a text; case-sensitive, plain text. */
public sealed interface StringMatch {
    /** Returns whether {@code text} fits; an absent attribute is the empty text. */
    boolean matches(String text);

    /** The same text. */
    record Exact(String value) implements StringMatch {
        @Override
        public boolean matches(String text) {
            return text.equals(value);
        }
    }

    /** A text that begins so. */
    record Prefix(String value) implements StringMatch {
        @Override
        public boolean matches(String text) {
            return text.startsWith(value);
        }
    }

    /** A text that ends so. */
    record Suffix(String value) implements StringMatch {
        @Override
        public boolean matches(String text) {
            return text.endsWith(value);
        }
    }

    /** Any text but the empty one. */
    record Presence() implements StringMatch {
        @Override
        public boolean matches(String text) {
            return !text.isEmpty();
        }
    }
}
