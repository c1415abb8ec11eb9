package mesh.ambit.kube;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/** YAML texts that hold no object, or only a part of one, as the values that Java has for them. */
public final class PlainYaml {
    /** Reading a number takes time that grows with the square of its digits; no field of Kubernetes needs more than 19. */
    private static final int MAX_NUMBER_LENGTH = 40;

    private PlainYaml() {}

    /**
     * Returns the mapping that a text holds: keys in their order; values are mappings, lists, texts, {@link BigInteger},
     * {@link BigDecimal}, {@link Boolean} or null. A text without a value is an empty mapping.
     *
     * @throws IOException if it is no YAML, too large, or not one mapping, or a number has more than 40 characters; says where and why
     */
    public static Map<String, @Nullable Object> mapping(String text) throws IOException {
        List<YamlValue> documents;
        try {
            documents = YamlReader.read(text);
        } catch (YamlProblem e) {
            Problem problem = e.in("");
            throw new IOException("line " + problem.line() + ": " + e.getMessage(), e);
        }
        if (documents.size() > 1) {
            throw new IOException("holds " + documents.size() + " documents (expected: one)");
        }
        if (documents.isEmpty()) {
            return Map.of();
        }
        if (documents.getFirst() instanceof Mapping mapping) {
            return plain(mapping);
        }
        throw new IOException("is " + documents.getFirst().description() + " (expected: a mapping)");
    }

    private static Map<String, @Nullable Object> plain(Mapping mapping) throws IOException {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        for (Map.Entry<String, YamlValue> entry : mapping.entries().entrySet()) {
            result.put(entry.getKey(), plain(entry.getValue()));
        }
        return result;
    }

    private static @Nullable Object plain(YamlValue value) throws IOException {
        return switch (value) {
            case Mapping mapping -> plain(mapping);
            case Sequence sequence -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (YamlValue item : sequence.items()) {
                    items.add(plain(item));
                }
                yield items;
            }
            case Scalar scalar -> plain(scalar);
        };
    }

    private static @Nullable Object plain(Scalar scalar) throws IOException {
        boolean number = scalar.type() == YamlValue.ScalarType.INTEGER || scalar.type() == YamlValue.ScalarType.DECIMAL;
        if (number && scalar.text().length() > MAX_NUMBER_LENGTH) {
            throw new IOException("line " + scalar.line() + ": a number of "
                    + scalar.text().length() + " characters (at most " + MAX_NUMBER_LENGTH + ")");
        }
        try {
            return switch (scalar.type()) {
                case TEXT -> scalar.text();
                case BOOLEAN -> Character.toLowerCase(scalar.text().charAt(0)) == 't';
                case NULL -> null;
                case INTEGER -> integer(scalar.text());
                case DECIMAL -> new BigDecimal(scalar.text());
            };
        } catch (NumberFormatException e) {
            throw new IOException("line " + scalar.line() + ": " + scalar.text() + " is no number here", e);
        }
    }

    private static BigInteger integer(String text) {
        if (text.startsWith("0x")) {
            return new BigInteger(text.substring(2), 16);
        }
        return text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
    }
}
