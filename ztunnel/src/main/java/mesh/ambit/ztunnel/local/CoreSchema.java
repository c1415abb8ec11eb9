package mesh.ambit.ztunnel.local;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a scalar without quotes stands for: YAML 1.2's core schema as upstream's parser reads it, with binary numbers, signs
 * before any base, and digits behind a zero taken for a text.
 */
final class CoreSchema {
    /** No number of ours is longer, and conversion of digits takes more than linear time. */
    private static final int MAX_DIGITS = 64;

    private static final String TEXT_TAG = "tag:yaml.org,2002:str";
    private static final Pattern INTEGER =
            Pattern.compile("(?<sign>[-+]?)(?:0x(?<hex>[0-9a-fA-F]+)|0o(?<octal>[0-7]+)|0b(?<binary>[01]+)"
                    + "|(?<decimal>0|[1-9][0-9]*))");
    private static final Pattern OTHER = Pattern.compile("|~|null|Null|NULL|true|True|TRUE|false|False|FALSE"
            + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"
            + "|[-+]?(\\.[0-9]+|(0|[1-9][0-9]*)\\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?(0|[1-9][0-9]*)[eE][-+]?[0-9]+");

    private CoreSchema() {}

    /** Returns the integer that {@code text} is, or null. */
    static @Nullable BigInteger integer(String text) {
        Matcher matcher = INTEGER.matcher(text);
        if (text.length() > MAX_DIGITS || !matcher.matches()) {
            return null;
        }
        BigInteger number = matcher.group("hex") != null
                ? new BigInteger(matcher.group("hex"), 16)
                : matcher.group("octal") != null
                        ? new BigInteger(matcher.group("octal"), 8)
                        : matcher.group("binary") != null
                                ? new BigInteger(matcher.group("binary"), 2)
                                : new BigInteger(matcher.group("decimal"));
        return matcher.group("sign").equals("-") ? number.negate() : number;
    }

    /** Says whether a scalar is a text and nothing else: by its tag, its quotes, or because nothing else is written so. */
    static boolean isText(YamlNode.Scalar scalar) {
        if (scalar.tag() != null) {
            return scalar.tag().equals(TEXT_TAG);
        }
        return !scalar.plain()
                || !(INTEGER.matcher(scalar.text()).matches()
                        || OTHER.matcher(scalar.text()).matches());
    }
}
