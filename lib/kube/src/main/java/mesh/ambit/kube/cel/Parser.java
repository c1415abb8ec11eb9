package mesh.ambit.kube.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.cel.Lexer.Token;
import org.jspecify.annotations.Nullable;

/** Reads expressions by recursive descent. */
final class Parser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> MACROS = Set.of("all", "exists", "exists_one", "filter");

    /** How deep expressions lie in each other; each level is a few frames of the stack, now and at each evaluation. */
    private static final int MAX_DEPTH = 100;

    /** Signs and names in a row that make an evaluation deep in the same way: {@code a.b.c}, {@code a + b + c}. */
    private static final int MAX_TOKENS = 2_000;

    private final String text;
    private final List<Token> tokens;
    private int at;
    private int depth;

    /** The field that was read last, and of what: the one that {@code has} asks for. */
    private @Nullable Node lastOwner;

    private String lastField = "";

    Parser(String text) {
        this.text = text;
        this.tokens = Lexer.tokens(text);
        if (tokens.size() > MAX_TOKENS) {
            throw new CelException("a rule of " + tokens.size() + " words (expected: at most " + MAX_TOKENS + ")");
        }
    }

    Node whole() {
        Node node = expression();
        if (token().type() != Lexer.Type.END) {
            throw unexpected();
        }
        return node;
    }

    private Node expression() {
        Node condition = either();
        if (!take("?")) {
            return condition;
        }
        Node yes = expression();
        expect(":");
        Node no = expression();
        return scope -> (condition.holds(scope) ? yes : no).value(scope);
    }

    private Node either() {
        Node left = both();
        while (take("||")) {
            left = Operators.or(left, both());
        }
        return left;
    }

    private Node both() {
        Node left = comparison();
        while (take("&&")) {
            left = Operators.and(left, comparison());
        }
        return left;
    }

    private Node comparison() {
        Node left = sum();
        Token token = token();
        if (token.type() == Lexer.Type.SIGN && COMPARISONS.contains(token.text())) {
            at++;
            return Operators.compare(token.text(), left, sum());
        }
        if (token.type() == Lexer.Type.NAME && token.text().equals("in")) {
            at++;
            return Operators.in(left, sum());
        }
        return left;
    }

    private Node sum() {
        Node left = unary();
        while (take("+")) {
            left = Operators.add(left, unary());
        }
        return left;
    }

    private Node unary() {
        if (++depth > MAX_DEPTH) {
            throw new CelException("too deep: " + text);
        }
        try {
            if (take("!")) {
                Node operand = unary();
                return scope -> !operand.holds(scope);
            }
            return postfix(primary());
        } finally {
            depth--;
        }
    }

    private Node postfix(Node start) {
        Node node = start;
        while (true) {
            if (take(".")) {
                String name = name();
                if (!take("(")) {
                    lastOwner = node;
                    lastField = name;
                    node = Operators.field(node, name);
                } else if (MACROS.contains(name)) {
                    node = macro(node, name);
                } else {
                    node = Functions.method(node, name, arguments(")"));
                }
            } else if (take("[")) {
                Node index = expression();
                expect("]");
                node = Operators.item(node, index);
            } else {
                return node;
            }
        }
    }

    private Node macro(Node list, String macro) {
        String variable = name();
        expect(",");
        Node body = expression();
        expect(")");
        return Operators.macro(macro, list, variable, body);
    }

    private Node primary() {
        Token token = token();
        at++;
        switch (token.type()) {
            case TEXT -> {
                String value = token.text();
                return _ -> value;
            }
            case NUMBER -> {
                Long value = number(token.text());
                return _ -> value;
            }
            case NAME -> {
                return named(token.text());
            }
            case SIGN -> {
                if (token.is("(")) {
                    Node inner = expression();
                    expect(")");
                    return inner;
                }
                if (token.is("[")) {
                    List<Node> items = arguments("]");
                    return scope ->
                            items.stream().map(item -> item.value(scope)).toList();
                }
                if (token.is("{")) {
                    expect("}");
                    return _ -> Map.of();
                }
            }
            case END -> {}
        }
        at--;
        throw unexpected();
    }

    private Long number(String digits) {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new CelException("no number: " + digits + " in " + text);
        }
    }

    private Node named(String name) {
        if (name.equals("true") || name.equals("false")) {
            Boolean value = name.equals("true");
            return _ -> value;
        }
        if (!take("(")) {
            return scope -> scope.find(name);
        }
        if (name.equals("has")) {
            lastOwner = null;
            postfix(primary());
            expect(")");
            Node owner = lastOwner;
            if (owner == null) {
                throw new CelException("no field to ask for in " + text);
            }
            return Operators.has(owner, lastField);
        }
        return Functions.function(name, arguments(")"));
    }

    private List<Node> arguments(String end) {
        List<Node> arguments = new ArrayList<>();
        if (take(end)) {
            return arguments;
        }
        do {
            arguments.add(expression());
        } while (take(","));
        expect(end);
        return arguments;
    }

    private String name() {
        Token token = token();
        if (token.type() != Lexer.Type.NAME) {
            throw unexpected();
        }
        at++;
        return token.text();
    }

    private boolean take(String sign) {
        boolean there = token().is(sign);
        if (there) {
            at++;
        }
        return there;
    }

    private void expect(String sign) {
        if (!take(sign)) {
            throw unexpected();
        }
    }

    private Token token() {
        return tokens.get(at);
    }

    private CelException unexpected() {
        return new CelException("unexpected " + token().text() + " in " + text);
    }
}
