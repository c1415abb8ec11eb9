package mesh.ambit.kube;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The syntax that every build of RE2 takes: the C++ library, Go's package and RE2/J. What only one of them knows is
 * refused, as a peer that cannot read an expression refuses all that was sent with it.
 *
 * <p>For one thread and one expression.
 *
 * @see <a href="https://github.com/google/re2/wiki/Syntax">Syntax of RE2</a>
 */
final class Re2Syntax {
    /** RE2 repeats nothing more often, also not by repeating what repeats. */
    private static final int MAX_REPEAT = 1000;

    private static final int MAX_DEPTH = 250;

    /** Steps of the program that an expression becomes. The C++ library allows some 80,000. */
    private static final long MAX_STEPS = 50_000;

    private static final int STEPS_OF_A_SET = 10;
    private static final int STEPS_OF_A_PROPERTY = 400;

    private final String text;
    private final Set<String> groups = new HashSet<>();
    private int at;

    /** What is wrong with an expression. */
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        private final String reason;

        WrongException(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /**
     * A part.
     *
     * @param steps of the program that it becomes
     * @param repeats how often what is in it is repeated at most, by one repetition within another
     */
    private record Part(long steps, long repeats) {
        static final Part EMPTY = new Part(0, 1);

        Part beside(Part other) throws WrongException {
            return checked(new Part(steps + other.steps + 1, Math.max(repeats, other.repeats)));
        }

        Part times(int times) throws WrongException {
            return checked(new Part(Math.max(1, times) * (steps + 1), Math.max(1, times) * repeats));
        }

        private static Part checked(Part part) throws WrongException {
            if (part.repeats > MAX_REPEAT) {
                throw new WrongException("repeats more than " + MAX_REPEAT + " times");
            }
            if (part.steps > MAX_STEPS) {
                throw new WrongException("is too large a program for RE2");
            }
            return part;
        }
    }

    private Re2Syntax(String text) {
        this.text = text;
    }

    /** Checks that {@code expression} is one. */
    static void check(String expression) throws WrongException {
        Re2Syntax syntax = new Re2Syntax(expression);
        syntax.alternatives(0);
        if (syntax.at < expression.length()) {
            throw new WrongException("closes a group that was not opened");
        }
    }

    private boolean more() {
        return at < text.length();
    }

    private boolean isNext(char c) {
        return more() && text.charAt(at) == c;
    }

    private boolean take(String literal) {
        boolean there = text.startsWith(literal, at);
        at += there ? literal.length() : 0;
        return there;
    }

    private Part alternatives(int depth) throws WrongException {
        if (depth > MAX_DEPTH) {
            throw new WrongException("nests too deeply");
        }
        Part all = Part.EMPTY;
        do {
            all = all.beside(sequence(depth));
        } while (take("|"));
        return all;
    }

    private Part sequence(int depth) throws WrongException {
        Part all = Part.EMPTY;
        while (more() && !isNext('|') && !isNext(')')) {
            if (take("\\Q")) {
                int end = text.indexOf("\\E", at);
                int until = end < 0 ? text.length() : end;
                all = all.beside(new Part(until - at, 1));
                at = end < 0 ? until : until + 2;
            } else if (repetition() != null) {
                throw new WrongException("repeats nothing");
            } else if (!flags()) {
                boolean brace = isNext('{');
                Part part = atom(depth);
                if (brace && repetition() != null) {
                    throw new WrongException("repeats a brace that is not escaped, which not every RE2 knows");
                }
                all = all.beside(repeated(part));
            }
        }
        return all;
    }

    private Part repeated(Part part) throws WrongException {
        Repetition repetition = repetition();
        if (repetition == null) {
            return part;
        }
        at = repetition.end();
        take("?");
        if (repetition() != null) {
            throw new WrongException("repeats a repetition, which RE2 does not know");
        }
        return part.times(repetition.times());
    }

    /** How often what is before is repeated, at most or at least, and where what is after begins. */
    private record Repetition(int times, int end) {}

    private @Nullable Repetition repetition() throws WrongException {
        if (isNext('*') || isNext('+') || isNext('?')) {
            return new Repetition(1, at + 1);
        }
        int close = isNext('{') ? text.indexOf('}', at) : -1;
        if (close < 0) {
            return null;
        }
        String between = text.substring(at + 1, close);
        int comma = between.indexOf(',');
        String least = comma < 0 ? between : between.substring(0, comma);
        String most = comma < 0 ? least : between.substring(comma + 1);
        if (!isCount(least) || !(most.isEmpty() || isCount(most))) {
            return null;
        }
        int min = count(least);
        int max = most.isEmpty() ? min : count(most);
        if (min > max) {
            throw new WrongException("repeats at least " + min + " and at most " + max + " times");
        }
        return new Repetition(max, close + 1);
    }

    private static boolean isCount(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
    }

    private static int count(String text) throws WrongException {
        if (text.length() > 4 || Integer.parseInt(text) > MAX_REPEAT) {
            throw new WrongException("repeats more than " + MAX_REPEAT + " times");
        }
        return Integer.parseInt(text);
    }

    /** Takes a change of flags that stands by itself, like {@code (?i)}. */
    private boolean flags() {
        int from = at;
        if (take("(?") && takeFlags() && take(")")) {
            return true;
        }
        at = from;
        return false;
    }

    private boolean takeFlags() {
        int from = at;
        takeLetters();
        if (take("-")) {
            int off = at;
            takeLetters();
            return at > off;
        }
        return at > from;
    }

    private void takeLetters() {
        while (more() && "imsU".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private Part atom(int depth) throws WrongException {
        if (take("(")) {
            beginGroup();
            Part inside = alternatives(depth + 1);
            if (!take(")")) {
                throw new WrongException("does not close a group");
            }
            return inside.beside(Part.EMPTY);
        }
        if (isNext('[')) {
            Re2Set.Read set = Re2Set.parse(text, at);
            at = set.end();
            return new Part(set.property() ? STEPS_OF_A_PROPERTY : Math.max(STEPS_OF_A_SET, 2L * set.members()), 1);
        }
        if (isNext('\\')) {
            Re2Escape escape = Re2Escape.parse(text, at);
            at = escape.end();
            return new Part(steps(escape), 1);
        }
        if (take(".")) {
            return new Part(STEPS_OF_A_SET, 1);
        }
        int c = text.codePointAt(at);
        if (Character.getType(c) == Character.SURROGATE) {
            throw new WrongException("is not valid Unicode");
        }
        at += Character.charCount(c);
        return new Part(c < 0x80 ? 1 : 4, 1);
    }

    private static long steps(Re2Escape escape) {
        return switch (escape.kind()) {
            case CHARACTER -> escape.rune() < 0x80 ? 1 : 4;
            case SET -> STEPS_OF_A_SET;
            case PROPERTY -> STEPS_OF_A_PROPERTY;
            case PLACE -> 1;
        };
    }

    private void beginGroup() throws WrongException {
        if (!take("?")) {
            return;
        }
        if (take("P<")) {
            int close = text.indexOf('>', at);
            String name = close < 0 ? "" : text.substring(at, close);
            boolean isName = !name.isEmpty()
                    && name.chars().allMatch(c -> c == '_' || (c < 0x80 && Character.isLetterOrDigit(c)));
            if (!isName || !groups.add(name)) {
                throw new WrongException("names a group in a way that RE2 does not know");
            }
            at = close + 1;
            return;
        }
        takeFlags();
        if (!take(":") || text.charAt(at - 2) == '-') {
            throw new WrongException("looks around, or begins a group in a way that not every RE2 knows");
        }
    }
}
