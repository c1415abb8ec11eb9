package mesh.ambit.kube;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Expressions that tenants write: proxies run them in RE2, whose time is linear in the text. */
public final class Regexes {
    /** The length that the Gateway API allows for the value of a match. */
    static final int MAX_LENGTH = 1024;

    /** RE2 repeats nothing more often, so that a short expression cannot make a large program. */
    private static final int MAX_REPEAT = 1000;

    /** What other engines know and RE2 does not: looking around, references back, possessive and atomic parts. */
    private static final Pattern NOT_LINEAR =
            Pattern.compile("\\(\\?(?:[=!>]|<[=!])|(?<!\\\\)(?:\\\\\\\\)*\\\\[1-9k]|[*+?}]\\+");

    private static final Pattern REPEAT = Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?}");

    private Regexes() {}

    /** Returns what is wrong with an expression, empty when nothing is. */
    public static String wrong(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        if (NOT_LINEAR.matcher(regex).find()) {
            return "looks around, refers back or is possessive, which RE2 does not know";
        }
        boolean often = REPEAT.matcher(regex)
                .results()
                .anyMatch(repeat -> tooOften(repeat.group(1)) || tooOften(repeat.group(2)));
        if (often) {
            return "repeats more than " + MAX_REPEAT + " times";
        }
        try {
            Pattern.compile(regex);
            return "";
        } catch (PatternSyntaxException e) {
            return "is no expression: " + e.getDescription();
        }
    }

    private static boolean tooOften(@Nullable String count) {
        return count != null && (count.length() > 4 || (!count.isEmpty() && Integer.parseInt(count) > MAX_REPEAT));
    }
}
