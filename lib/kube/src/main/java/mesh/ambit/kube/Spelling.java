package mesh.ambit.kube;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import org.jspecify.annotations.Nullable;

/** Which spellings of one and the same value count. */
enum Spelling {
    /** As documented, nothing else. */
    STRICT,
    /** As clients of an API server read JSON: an item of a list that is null is an item with nothing in it. */
    JSON,
    /**
     * As the JSON of protobuf, which is how the objects of Istio are read: like {@link #JSON}, and whole numbers may stand in
     * quotes, and names be those of the messages, with underscores.
     */
    PROTOBUF;

    /** Names that the messages spell like people do. */
    private static final Set<String> ALIKE = Set.of("targetRef", "targetRefs");

    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[ \\t\\n\\r]*(-?(?:0|[1-9][0-9]*))[ \\t\\n\\r]*");

    /** Returns a field by the name that people write; null when it is absent or null. */
    @Nullable
    YamlValue find(Mapping mapping, String name) {
        YamlValue value = mapping.find(name);
        if (value != null || this != PROTOBUF || ALIKE.contains(name)) {
            return value;
        }
        String other = CAPITAL.matcher(name)
                .replaceAll(capital -> "_" + capital.group().toLowerCase(Locale.ROOT));
        return other.equals(name) ? null : mapping.find(other);
    }

    /** Returns whether an item of a list stands for one with nothing in it. */
    boolean isEmptyItem(YamlValue item) {
        return this != STRICT && item instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
    }

    /** Returns a value that is a whole number in quotes as that number, every other value as it is. */
    YamlValue unquoted(YamlValue value) {
        if (this != PROTOBUF || !(value instanceof Scalar scalar) || scalar.type() != ScalarType.TEXT) {
            return value;
        }
        String digits = wholeNumber(scalar.text());
        return digits == null ? value : new Scalar(digits, ScalarType.INTEGER, scalar.line(), scalar.column());
    }

    /** Returns the digits of a whole number, null if {@code text} is none. */
    static @Nullable String wholeNumber(String text) {
        var number = WHOLE_NUMBER.matcher(text);
        return number.matches() ? number.group(1) : null;
    }
}
