package mesh.ambit.kube.cel;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into its words. */
final class Lexer {
    private static final List<String> LONG_SIGNS = List.of("==", "!=", "<=", ">=", "&&", "||");
    private static final String RAW = "\"\"\"";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    /** What a word is. */
    enum Type {
        NAME,
        NUMBER,
        TEXT,
        SIGN,
        END
    }

    /** A word. */
    record Token(Type type, String text) {
        boolean is(String sign) {
            return type == Type.SIGN && text.equals(sign);
        }
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.at < text.length()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Type.END, "the end"));
        return lexer.tokens;
    }

    private void next() {
        char c = text.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
        } else if (text.startsWith("r" + RAW, at)) {
            int end = text.indexOf(RAW, at + 4);
            add(Type.TEXT, text.substring(at + 4, checked(end)), end + RAW.length());
        } else if (c == '\'' || c == '"') {
            quoted(c);
        } else if (Character.isLetter(c) || c == '_') {
            int end = at;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            add(Type.NAME, text.substring(at, end), end);
        } else if (c >= '0' && c <= '9') {
            int end = at;
            while (end < text.length() && Character.isDigit(text.charAt(end))) {
                end++;
            }
            add(Type.NUMBER, text.substring(at, end), end);
        } else {
            String two = text.substring(at, Math.min(at + 2, text.length()));
            String sign = LONG_SIGNS.contains(two) ? two : String.valueOf(c);
            add(Type.SIGN, sign, at + sign.length());
        }
    }

    private void quoted(char quote) {
        StringBuilder value = new StringBuilder();
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            char c = text.charAt(end++);
            if (c == '\\' && end < text.length()) {
                char escaped = text.charAt(end++);
                value.append(
                        switch (escaped) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            default -> escaped;
                        });
            } else {
                value.append(c);
            }
        }
        add(Type.TEXT, value.toString(), checked(end < text.length() ? end : -1) + 1);
    }

    private int checked(int end) {
        if (end < 0) {
            throw new CelException("a text without an end: " + text);
        }
        return end;
    }

    private void add(Type type, String word, int next) {
        tokens.add(new Token(type, word));
        at = next;
    }
}
