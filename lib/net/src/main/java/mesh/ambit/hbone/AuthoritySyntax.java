package mesh.ambit.hbone;

/**
 * Whether text can be the authority of a URI (RFC 3986, 3.2): a request whose {@code :authority} cannot is malformed,
 * and HTTP/2 answers that with a reset before anybody asks what is meant by it.
 */
final class AuthoritySyntax {
    private static final String MARKS = "-._~!$&'()*+,;=";
    private static final int MAX_COLONS = 8;

    private AuthoritySyntax() {}

    /** Returns whether {@code text} has the form of an authority; what it names need not exist, nor a port be given. */
    static boolean isValid(CharSequence text) {
        int colons = 0;
        boolean opened = false;
        boolean closed = false;
        boolean percent = false;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            switch (c) {
                case ':' -> colons++;
                case '[' -> {
                    if (opened || percent) {
                        return false;
                    }
                    opened = true;
                }
                case ']', '@' -> {
                    if (c == ']' && (!opened || closed)) {
                        return false;
                    }
                    closed |= c == ']';
                    // What came before was an address, or a user: neither has a port, and both may be escaped.
                    colons = 0;
                    percent = false;
                }
                case '%' -> percent = true;
                default -> {
                    if (!isLetterOrDigit(c) && MARKS.indexOf(c) < 0) {
                        return false;
                    }
                }
            }
            if (colons > MAX_COLONS) {
                return false;
            }
        }
        return length > 0 && opened == closed && colons <= 1 && !percent && text.charAt(length - 1) != '@';
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
