package mesh.ambit.kube.cel;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells whether a text is an expression in CEL: the whole language, whatever its names and functions are about. */
public final class CelSyntax {
    private static final int MAX_LENGTH = 100_000;
    private static final int MAX_DEPTH = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_].*");
    private static final Set<String> CONSTANTS = Set.of("true", "false", "null");
    private static final Set<String> RELATIONS = Set.of("==", "!=", "<", "<=", ">", ">=", "in");
    private static final Set<String> CALCULATIONS = Set.of("+", "-", "*", "/", "%");

    /** Methods whose second argument is about each item, which the first one names. */
    private static final Set<String> MACROS = Set.of("all", "exists", "exists_one", "existsOne", "map", "filter");

    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private final List<String> words;
    private int at;
    private int depth;

    private CelSyntax(List<String> words) {
        this.words = words;
    }

    /** Returns what is wrong with a text as an expression, empty when nothing is. */
    public static String wrong(String text) {
        if (text.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        try {
            CelSyntax syntax = new CelSyntax(Words.of(text));
            syntax.expression();
            syntax.expect(Words.END);
            return "";
        } catch (CelException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void expression() {
        if (++depth > MAX_DEPTH) {
            throw new CelException("is nested too deep");
        }
        chain();
        if (take("?")) {
            chain();
            expect(":");
            expression();
        }
        depth--;
    }

    /** Reads operands with operators between: which of them binds first does not matter here. */
    private void chain() {
        do {
            operand();
        } while (take("||") || take("&&") || takeOneOf(RELATIONS) || takeOneOf(CALCULATIONS));
    }

    private void operand() {
        String sign = word();
        if (sign.equals("!") || sign.equals("-")) {
            while (take(sign)) {
                // Any number of the same sign.
            }
        }
        primary();
        while (true) {
            if (take(".")) {
                String name = word();
                if (name.startsWith("`")) {
                    at++;
                    continue;
                }
                name();
                if (take("(")) {
                    int from = at;
                    int arguments = list(")");
                    boolean overItems =
                            (MACROS.contains(name) && arguments == 2) || (name.equals("map") && arguments == 3);
                    if (overItems
                            && !(isName(words.get(from)) && words.get(from + 1).equals(","))) {
                        throw new CelException("has " + name + "() whose first argument is no name");
                    }
                }
            } else if (take("[")) {
                expression();
                expect("]");
            } else {
                return;
            }
        }
    }

    private void primary() {
        if (take("-")) {
            // A number brings its own sign.
            expect(Words.LITERAL);
            return;
        }
        if (take(Words.LITERAL) || takeOneOf(CONSTANTS)) {
            return;
        }
        if (take("(")) {
            expression();
            expect(")");
        } else if (take("[")) {
            items("]", false);
        } else if (take("{")) {
            items("}", true);
        } else {
            take(".");
            String word = word();
            name();
            if (RESERVED.contains(word)) {
                throw new CelException("has a name that is reserved: " + word);
            }
            boolean asksForField = word.equals("has");
            if (take("(")) {
                int from = at;
                list(")");
                if (asksForField && !isField(from, at - 1)) {
                    throw new CelException("asks with has() for something that is no field");
                }
                return;
            }
            int before = at;
            while (take(".") && isName(word())) {
                at++;
            }
            if (take("{")) {
                items("}", true);
            } else {
                at = before;
            }
        }
    }

    /** An argument of has() ends in a dot and a name. */
    private boolean isField(int from, int to) {
        return to - from >= 3
                && isName(words.get(to - 1))
                && words.get(to - 2).equals(".")
                && !words.subList(from, to).contains(",");
    }

    private int list(String end) {
        if (take(end)) {
            return 0;
        }
        int items = 0;
        do {
            expression();
            items++;
        } while (take(","));
        expect(end);
        return items;
    }

    /** Reads items, or entries with a key and a value; a comma may stand after the last. */
    private void items(String end, boolean entries) {
        if (take(",")) {
            expect(end);
            return;
        }
        while (!take(end)) {
            expression();
            if (entries) {
                expect(":");
                expression();
            }
            if (!take(",")) {
                expect(end);
                return;
            }
        }
    }

    private void name() {
        if (!isName(word())) {
            throw unexpected();
        }
        at++;
    }

    private static boolean isName(String word) {
        return NAME.matcher(word).matches()
                && !word.equals(Words.LITERAL)
                && !word.equals(Words.END)
                && !word.equals("in")
                && !CONSTANTS.contains(word);
    }

    private String word() {
        return words.get(at);
    }

    private boolean take(String word) {
        boolean there = word().equals(word);
        if (there && at < words.size() - 1) {
            at++;
        }
        return there;
    }

    private boolean takeOneOf(Set<String> any) {
        return any.contains(word()) && take(word());
    }

    private void expect(String word) {
        if (!take(word)) {
            throw unexpected();
        }
    }

    private CelException unexpected() {
        return new CelException("has " + word() + " where it cannot stand");
    }
}
