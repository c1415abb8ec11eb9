package mesh.ambit.kube;

import java.util.Set;
import mesh.ambit.kube.Re2Syntax.WrongException;

/** What stands between brackets in RE2: which characters are meant. */
final class Re2Set {
    private static final Set<String> NAMED = Set.of(
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
            "word", "xdigit");

    private final String text;
    private int at;
    private boolean property;
    private int members;

    private Re2Set(String text, int from) {
        this.text = text;
        this.at = from + 1;
    }

    /**
     * A set.
     *
     * @param members how many characters, ranges and other sets it is made of
     * @param property whether one of them is a property of Unicode
     * @param end where what is after begins
     */
    record Read(int members, boolean property, int end) {}

    /** Reads the set whose bracket is at {@code from}. */
    static Read parse(String text, int from) throws WrongException {
        Re2Set set = new Re2Set(text, from);
        set.read();
        return new Read(set.members, set.property, set.at);
    }

    private void read() throws WrongException {
        at += text.startsWith("^", at) ? 1 : 0;
        // A bracket that comes first is a character.
        boolean first = true;
        while (first || !text.startsWith("]", at)) {
            if (at >= text.length()) {
                throw new WrongException("does not close a bracket");
            }
            first = false;
            members++;
            if (!named() && !escapedSet()) {
                range();
            }
        }
        at++;
    }

    private boolean named() throws WrongException {
        int close = text.startsWith("[:", at) ? text.indexOf(":]", at + 2) : -1;
        if (close < 0) {
            return false;
        }
        String name = text.substring(at + 2, close);
        if (!NAMED.contains(name.startsWith("^") ? name.substring(1) : name)) {
            throw new WrongException("has no set " + name);
        }
        at = close + 2;
        return true;
    }

    private boolean escapedSet() throws WrongException {
        if (!text.startsWith("\\", at)) {
            return false;
        }
        Re2Escape escape = Re2Escape.parse(text, at);
        if (!escape.isSet() && !escape.isProperty()) {
            return false;
        }
        property |= escape.isProperty();
        at = escape.end();
        return true;
    }

    private void range() throws WrongException {
        int low = character();
        if (text.startsWith("-", at) && at + 1 < text.length() && text.charAt(at + 1) != ']') {
            at++;
            if (character() < low) {
                throw new WrongException("has a range that ends before it begins");
            }
        }
    }

    private int character() throws WrongException {
        if (text.startsWith("\\", at)) {
            Re2Escape escape = Re2Escape.parse(text, at);
            if (escape.kind() != Re2Escape.Kind.CHARACTER) {
                throw new WrongException("has no character where one is needed");
            }
            at = escape.end();
            return escape.rune();
        }
        int c = text.codePointAt(at);
        if (Character.getType(c) == Character.SURROGATE) {
            throw new WrongException("is not valid Unicode");
        }
        at += Character.charCount(c);
        return c;
    }
}
