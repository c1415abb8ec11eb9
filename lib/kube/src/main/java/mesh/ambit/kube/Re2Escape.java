package mesh.ambit.kube;

import java.util.Set;
import mesh.ambit.kube.Re2Syntax.WrongException;

/**
 * What follows a backslash in RE2.
 *
 * @param kind what it stands for
 * @param rune the character that it is; -1 when it is none
 * @param end where what is after begins
 */
record Re2Escape(Kind kind, int rune, int end) {
    enum Kind {
        CHARACTER,
        /** As {@code \d}. */
        SET,
        /** As {@code \pL}. */
        PROPERTY,
        /** As {@code \b}: a place, no character. */
        PLACE
    }

    private static final String SETS = "dDsSwW";
    private static final String PLACES = "AbBz";
    private static final String CONTROLS = "afnrtv";
    private static final String CONTROLLED = "\u0007\f\n\r\t\u000b";

    /** Those that are as old as the oldest client, under the names that all know. */
    private static final Set<String> PROPERTIES = Set.of(
            "Any",
            "C",
            "Cc",
            "Cf",
            "Co",
            "Cs",
            "L",
            "Ll",
            "Lm",
            "Lo",
            "Lt",
            "Lu",
            "M",
            "Mc",
            "Me",
            "Mn",
            "N",
            "Nd",
            "Nl",
            "No",
            "P",
            "Pc",
            "Pd",
            "Pe",
            "Pf",
            "Pi",
            "Po",
            "Ps",
            "S",
            "Sc",
            "Sk",
            "Sm",
            "So",
            "Z",
            "Zl",
            "Zp",
            "Zs",
            "Arabic",
            "Armenian",
            "Bengali",
            "Cherokee",
            "Common",
            "Cyrillic",
            "Devanagari",
            "Ethiopic",
            "Georgian",
            "Greek",
            "Gujarati",
            "Gurmukhi",
            "Han",
            "Hangul",
            "Hebrew",
            "Hiragana",
            "Inherited",
            "Kannada",
            "Katakana",
            "Khmer",
            "Lao",
            "Latin",
            "Malayalam",
            "Mongolian",
            "Myanmar",
            "Oriya",
            "Sinhala",
            "Syriac",
            "Tamil",
            "Telugu",
            "Thai",
            "Tibetan");

    boolean isSet() {
        return kind == Kind.SET;
    }

    boolean isProperty() {
        return kind == Kind.PROPERTY;
    }

    /** Reads the escape whose backslash is at {@code from}. */
    static Re2Escape parse(String text, int from) throws WrongException {
        int at = from + 1;
        if (at == text.length()) {
            throw new WrongException("ends with a backslash");
        }
        char c = text.charAt(at);
        if (SETS.indexOf(c) >= 0) {
            return new Re2Escape(Kind.SET, -1, at + 1);
        }
        if (PLACES.indexOf(c) >= 0) {
            return new Re2Escape(Kind.PLACE, -1, at + 1);
        }
        if (CONTROLS.indexOf(c) >= 0) {
            return new Re2Escape(Kind.CHARACTER, CONTROLLED.charAt(CONTROLS.indexOf(c)), at + 1);
        }
        if (c == 'p' || c == 'P') {
            return property(text, at + 1);
        }
        if (c == 'x') {
            return hexadecimal(text, at + 1);
        }
        if (c == '0' || (isOctal(text, at) && isOctal(text, at + 1))) {
            int end = at + 1;
            while (end < at + 3 && isOctal(text, end)) {
                end++;
            }
            return new Re2Escape(Kind.CHARACTER, Integer.parseInt(text, at, end, 8), end);
        }
        if (c < 0x80 && !Character.isLetterOrDigit(c)) {
            return new Re2Escape(Kind.CHARACTER, c, at + 1);
        }
        throw new WrongException("has \\" + c + ", which not every RE2 knows");
    }

    private static boolean isOctal(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '7';
    }

    private static Re2Escape property(String text, int at) throws WrongException {
        int close = text.startsWith("{", at) ? text.indexOf('}', at) : at;
        if (close < 0 || at >= text.length()) {
            throw new WrongException("does not end the name of a property");
        }
        String name = close == at ? text.substring(at, at + 1) : text.substring(at + 1, close);
        String plain = close > at && name.startsWith("^") ? name.substring(1) : name;
        if (!PROPERTIES.contains(plain)) {
            throw new WrongException("has property " + plain + ", which not every RE2 knows");
        }
        return new Re2Escape(Kind.PROPERTY, -1, close + 1);
    }

    private static Re2Escape hexadecimal(String text, int at) throws WrongException {
        boolean braced = text.startsWith("{", at);
        int from = braced ? at + 1 : at;
        int end = braced ? text.indexOf('}', at) : at + 2;
        boolean digits = end > from
                && end <= text.length()
                && end - from <= 6
                && text.substring(from, end).chars().allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0);
        int rune = digits ? Integer.parseInt(text, from, end, 16) : -1;
        if (rune < 0 || rune > Character.MAX_CODE_POINT) {
            throw new WrongException("has \\x without the number of a character");
        }
        return new Re2Escape(Kind.CHARACTER, rune, braced ? end + 1 : end);
    }
}
