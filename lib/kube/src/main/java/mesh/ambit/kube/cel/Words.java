package mesh.ambit.kube.cel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts an expression of the whole language into words, each an identifier, a sign, or a literal whose value does not matter. */
final class Words {
    /** Stands for every literal. */
    static final String LITERAL = "a literal";

    /** Stands after the last word. */
    static final String END = "the end";

    private static final Pattern SPACE = Pattern.compile("(?:[ \\t\\r\\n\\f]|//[^\\n]*+)++");
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*+");
    private static final Pattern QUOTED_IDENTIFIER = Pattern.compile("`[-A-Za-z0-9_./ ]++`");
    private static final Pattern NUMBER = Pattern.compile(
            "0x[0-9a-fA-F]++[uU]?|(?:[0-9]++\\.[0-9]++|\\.[0-9]++)(?:[eE][-+]?[0-9]++)?|[0-9]++(?:[eE][-+]?[0-9]++|[uU])?");
    private static final int MAX_DIGITS = 100;
    private static final Pattern QUOTE = Pattern.compile("[bB]?([rR]?)(\"\"\"|'''|\"|')");
    private static final Pattern ESCAPE = Pattern.compile(
            "\\\\(?:[abfnrtv\\\\?\"'`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})");
    private static final Set<String> LONG_SIGNS = Set.of("==", "!=", "<=", ">=", "&&", "||");
    private static final String SIGNS = "<>!-+*/%?:.,()[]{}";

    private final String text;
    private final List<String> words = new ArrayList<>();
    private int at;

    private Words(String text) {
        this.text = text;
    }

    /**
     * Returns the words, {@link #END} last.
     *
     * @throws CelException if something is no word
     */
    static List<String> of(String text) {
        Words words = new Words(text);
        words.take(SPACE);
        while (words.at < text.length()) {
            words.next();
            words.take(SPACE);
        }
        words.words.add(END);
        return words.words;
    }

    private void next() {
        Matcher quote = matcher(QUOTE);
        if (quote.lookingAt()) {
            at = quote.end();
            quoted(quote.group(2), quote.group(1).isEmpty());
            words.add(LITERAL);
            return;
        }
        int from = at;
        if (take(IDENTIFIER) || take(QUOTED_IDENTIFIER)) {
            words.add(text.substring(from, at));
        } else if (take(NUMBER)) {
            boolean negative = !words.isEmpty() && words.getLast().equals("-");
            if (isTooLarge(text.substring(from, at), negative)) {
                throw new CelException("has a number that is too large");
            }
            words.add(LITERAL);
        } else {
            String two = text.substring(at, Math.min(at + 2, text.length()));
            String sign = LONG_SIGNS.contains(two) ? two : two.substring(0, 1);
            if (sign.length() == 1 && SIGNS.indexOf(sign.charAt(0)) < 0) {
                throw new CelException("has a sign that means nothing: " + sign);
            }
            words.add(sign);
            at += sign.length();
        }
    }

    private static boolean isTooLarge(String number, boolean negative) {
        boolean hexadecimal = number.startsWith("0x");
        boolean unsigned = number.endsWith("u") || number.endsWith("U");
        String digits = number.substring(hexadecimal ? 2 : 0, number.length() - (unsigned ? 1 : 0));
        if (!hexadecimal && !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        if (digits.length() > MAX_DIGITS) {
            return true;
        }
        int bits = unsigned || negative ? Long.SIZE : Long.SIZE - 1;
        return new BigInteger(digits, hexadecimal ? 16 : 10).bitLength() > bits;
    }

    private void quoted(String quote, boolean escapes) {
        boolean oneLine = quote.length() == 1;
        while (!text.startsWith(quote, at)) {
            if (at == text.length() || (oneLine && (text.charAt(at) == '\n' || text.charAt(at) == '\r'))) {
                throw new CelException("has a text without an end");
            }
            if (text.charAt(at) != '\\' || !escapes) {
                at++;
            } else if (!take(ESCAPE)) {
                throw new CelException("has a text with an escape that means nothing");
            }
        }
        at += quote.length();
    }

    private boolean take(Pattern pattern) {
        Matcher matcher = matcher(pattern);
        boolean there = matcher.lookingAt();
        if (there) {
            at = matcher.end();
        }
        return there;
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text).region(at, text.length());
    }
}
