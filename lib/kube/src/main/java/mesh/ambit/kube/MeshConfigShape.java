package mesh.ambit.kube;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Position;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the settings of a mesh may have, by the names and types of their definition, whether anybody here
 * uses them or not: one of a wrong type makes the reference refuse the settings whole, and so do we. Fields that nobody
 * defines are passed over.
 */
final class MeshConfigShape {
    private static final String ROOT = "MeshConfig";

    /** Longer texts are no numbers; the limit keeps reading them linear. */
    private static final int MAX_DIGITS = 64;

    private static final Map<String, Map<String, Type>> MESSAGES = load();

    private final Findings findings;

    private MeshConfigShape(Findings findings) {
        this.findings = findings;
    }

    private sealed interface Type {
        record Text() implements Type {}

        record Truth() implements Type {}

        record Span() implements Type {}

        record AnyObject() implements Type {}

        record Decimal() implements Type {}

        record Whole(long least, long most) implements Type {}

        /** One of these names, or any number. */
        record Choice(Map<String, String> nameByNumber) implements Type {}

        record Message(String name) implements Type {}

        record ListOf(Type item) implements Type {}

        record MapOf(Type value) implements Type {}
    }

    /** Returns {@code settings} with fields and choices by the names that are usual; what is wrong goes to the findings. */
    static Mapping normal(Mapping settings, Findings findings) {
        return new MeshConfigShape(findings).message(settings, ROOT, "");
    }

    private Mapping message(Mapping mapping, String message, String path) {
        Map<String, Type> fields = MESSAGES.getOrDefault(message, Map.of());
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        Map<String, Position> keys = new LinkedHashMap<>();
        mapping.entries().forEach((written, value) -> {
            String name = fields.containsKey(written) ? written : camelCase(written);
            Type type = fields.get(name);
            if (type != null && !isNothing(value)) {
                entries.put(name, value(value, type, path.isEmpty() ? name : path + "." + name));
                Position position = mapping.keys().get(written);
                if (position != null) {
                    keys.put(name, position);
                }
            }
        });
        return new Mapping(entries, keys, mapping.line(), mapping.column());
    }

    private YamlValue value(YamlValue value, Type type, String path) {
        return switch (type) {
            case Type.Text() -> scalar(value, path, "a text", value instanceof Scalar s && s.type() == ScalarType.TEXT);
            case Type.Truth() ->
                scalar(value, path, "true or false", value instanceof Scalar s && s.type() == ScalarType.BOOLEAN);
            case Type.Span() ->
                scalar(
                        value,
                        path,
                        "a duration such as 10s",
                        value instanceof Scalar s && s.type() == ScalarType.TEXT && Durations.parse(s.text()) != null);
            case Type.AnyObject() -> scalar(value, path, "a mapping", value instanceof Mapping);
            case Type.Decimal() -> scalar(value, path, "a number", number(value) != null);
            case Type.Whole whole -> whole(value, whole, path);
            case Type.Choice choice -> choice(value, choice, path);
            case Type.Message message -> {
                if (value instanceof Mapping mapping) {
                    yield message(mapping, message.name(), path);
                }
                yield scalar(value, path, "a mapping", false);
            }
            case Type.ListOf list -> {
                if (!(value instanceof Sequence sequence)) {
                    yield scalar(value, path, "a list", false);
                }
                List<YamlValue> items = new ArrayList<>();
                for (YamlValue item : sequence.items()) {
                    items.add(isNothing(item) ? item : value(item, list.item(), path + "[" + items.size() + "]"));
                }
                yield new Sequence(items, sequence.line(), sequence.column());
            }
            case Type.MapOf map -> {
                if (!(value instanceof Mapping mapping)) {
                    yield scalar(value, path, "a mapping", false);
                }
                Map<String, YamlValue> entries = new LinkedHashMap<>();
                mapping.entries()
                        .forEach((key, each) ->
                                entries.put(key, isNothing(each) ? each : value(each, map.value(), path + "." + key)));
                yield new Mapping(entries, mapping.keys(), mapping.line(), mapping.column());
            }
        };
    }

    private YamlValue scalar(YamlValue value, String path, String expected, boolean holds) {
        if (!holds) {
            findings.add(
                    ProblemCode.WRONG_TYPE,
                    value.line(),
                    value.column(),
                    path,
                    value.description() + " stands where " + expected + " belongs",
                    "");
        }
        return value;
    }

    private YamlValue whole(YamlValue value, Type.Whole whole, String path) {
        BigDecimal number = number(value);
        return number != null && isWithin(number, whole)
                ? new Scalar(number.toBigInteger().toString(), ScalarType.INTEGER, value.line(), value.column())
                : scalar(value, path, "a whole number", false);
    }

    private YamlValue choice(YamlValue value, Type.Choice choice, String path) {
        if (value instanceof Scalar scalar && scalar.type() == ScalarType.INTEGER) {
            String name = choice.nameByNumber().getOrDefault(scalar.text(), "");
            return new Scalar(name, ScalarType.TEXT, scalar.line(), scalar.column());
        }
        boolean known = value instanceof Scalar scalar
                && scalar.type() == ScalarType.TEXT
                && choice.nameByNumber().containsValue(scalar.text());
        if (!known) {
            StringJoiner names = new StringJoiner(", ");
            choice.nameByNumber().values().forEach(names::add);
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    value.line(),
                    value.column(),
                    path,
                    value.description() + " is no choice",
                    "expected one of " + names);
        }
        return value;
    }

    /** A number may stand in quotes. */
    private static @Nullable BigDecimal number(YamlValue value) {
        if (!(value instanceof Scalar scalar)
                || scalar.type() == ScalarType.BOOLEAN
                || scalar.text().length() > MAX_DIGITS) {
            return null;
        }
        try {
            return scalar.text().startsWith("0x")
                    ? new BigDecimal(Long.parseLong(scalar.text().substring(2), 16))
                    : new BigDecimal(scalar.text());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isWithin(BigDecimal number, Type.Whole whole) {
        return number.stripTrailingZeros().scale() <= 0
                && number.compareTo(BigDecimal.valueOf(whole.least())) >= 0
                && number.compareTo(BigDecimal.valueOf(whole.most())) <= 0;
    }

    private static boolean isNothing(YamlValue value) {
        return value instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? String.valueOf(c).toUpperCase(Locale.ROOT) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /** Reads one message a line: its name, a colon, and its fields with their types, a semicolon between them. */
    private static Map<String, Map<String, Type>> load() {
        try (InputStream in = MeshConfigShape.class.getResourceAsStream("mesh/config.fields")) {
            if (in == null) {
                throw new IllegalStateException("mesh/config.fields is missing");
            }
            Map<String, Map<String, Type>> messages = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                int colon = line.indexOf(':');
                Map<String, Type> fields = new LinkedHashMap<>();
                for (String field : split(line.substring(colon + 1), ';')) {
                    int space = field.strip().indexOf(' ');
                    if (space > 0) {
                        fields.put(
                                field.strip().substring(0, space),
                                type(field.strip().substring(space + 1)));
                    }
                }
                messages.put(line.substring(0, colon), Map.copyOf(fields));
            });
            return Map.copyOf(messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Type type(String text) {
        if (text.startsWith("[]")) {
            return new Type.ListOf(type(text.substring(2)));
        }
        if (text.startsWith("{}")) {
            return new Type.MapOf(type(text.substring(2)));
        }
        if (text.startsWith("(")) {
            Map<String, String> names = new LinkedHashMap<>();
            for (String entry : split(text.substring(1, text.length() - 1), '|')) {
                int equals = entry.indexOf('=');
                names.put(entry.substring(equals + 1), entry.substring(0, equals));
            }
            return new Type.Choice(names);
        }
        return switch (text) {
            case "string" -> new Type.Text();
            case "bool" -> new Type.Truth();
            case "duration" -> new Type.Span();
            case "object" -> new Type.AnyObject();
            case "double", "float" -> new Type.Decimal();
            case "int32" -> new Type.Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "uint32" -> new Type.Whole(0, 0xFFFF_FFFFL);
            case "int64" -> new Type.Whole(Long.MIN_VALUE, Long.MAX_VALUE);
            default -> new Type.Message(text);
        };
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + 1;
        }
        parts.add(text.substring(from));
        return parts;
    }
}
