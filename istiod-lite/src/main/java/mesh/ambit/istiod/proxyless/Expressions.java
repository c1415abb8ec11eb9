package mesh.ambit.istiod.proxyless;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Which regular expressions clients take. One that they do not take would cost them every route beside it. */
final class Expressions {
    private static final int MAX_LENGTH = 1024;

    /** What Java reads and RE2, which needs no more time than the text is long, does not: lookaround, atoms, references. */
    private static final Pattern FOREIGN =
            Pattern.compile("\\(\\?[=!>]|\\(\\?<[=!]|\\\\[1-9k]|[*+?}]\\+|\\\\[GZXRNhHvV]");

    private Expressions() {}

    static boolean isKnown(String expression) {
        if (expression.length() > MAX_LENGTH || FOREIGN.matcher(expression).find()) {
            return false;
        }
        try {
            return Pattern.compile(expression).flags() >= 0;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
