package mesh.ambit.istiod.proxyless;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import mesh.ambit.kube.Regexes;

/** Expressions that are asked of what is known before any call: the method, and the names of a service. */
final class Expressions {
    /** Looks at characters of a name; RE2 needs few, Java may need more than there are atoms. */
    private static final int MAX_LOOKS = 100_000;

    private Expressions() {}

    /** Returns whether {@code text} as a whole is what {@code expression} means; not where Java cannot say. */
    static boolean matches(String expression, String text) {
        if (!Regexes.wrong(expression).isEmpty()) {
            return false;
        }
        try {
            return Pattern.matches(expression.replace("(?P<", "(?<"), new Limited(text));
        } catch (PatternSyntaxException | TooManyLooksException e) {
            return false;
        }
    }

    private static final class TooManyLooksException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyLooksException() {
            super("more than " + MAX_LOOKS + " looks", null, false, false);
        }
    }

    /** A text that can be looked at only so often. */
    private static final class Limited implements CharSequence {
        private final String text;
        private int looks;

        Limited(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > MAX_LOOKS) {
                throw new TooManyLooksException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
