package mesh.ambit.kube;

/**
 * The language of header values: text in which {@code %NAME%} and {@code %NAME(arguments)%} are commands of the proxy, and
 * {@code %%} is a percent sign. Arguments are anything up to the parenthesis, or a list of texts in quotes.
 */
final class HeaderFormat {
    private final String text;
    private int at;

    private HeaderFormat(String text) {
        this.text = text;
    }

    /** Returns whether every command of a value is whole. */
    static boolean isSound(String value) {
        HeaderFormat format = new HeaderFormat(value);
        while (format.at < value.length()) {
            if (value.charAt(format.at++) == '%' && !format.command()) {
                return false;
            }
        }
        return true;
    }

    /** Reads what follows a percent sign. */
    private boolean command() {
        if (at < text.length() && text.charAt(at) == '%') {
            at++;
            return true;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '%') {
                return true;
            }
            if (c == '(') {
                return arguments() && takes('%');
            }
        }
        return false;
    }

    private boolean arguments() {
        skipSpaces();
        if (at == text.length() || (text.charAt(at++) == '[' && !takes('"'))) {
            return false;
        }
        int end = afterText();
        while (end == '"') {
            if (takes(']')) {
                return takes(')');
            }
            if (!takes(',') || !takes('"')) {
                return false;
            }
            end = afterText();
        }
        return end == ')';
    }

    /** Reads to a quotation mark or parenthesis, and returns which it was; 0 for the end. */
    private int afterText() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (c == ')' || c == '"') {
                return c;
            }
        }
        return 0;
    }

    /** Reads a sign after any number of spaces, if it is the next one. */
    private boolean takes(char sign) {
        skipSpaces();
        boolean there = at < text.length() && text.charAt(at) == sign;
        if (there) {
            at++;
        }
        return there;
    }

    private void skipSpaces() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }
}
