package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;

/** Values with what schemas say where objects say nothing, and values as rules see them. */
final class SchemaDefaults {
    /** No text that a pattern asks something of is longer. */
    static final int LONGEST_MATCHED = 8192;

    private SchemaDefaults() {}

    /** Returns the value with its defaults, at every depth. */
    static YamlValue fill(YamlValue value, Schema schema) {
        Map<String, Schema> fields = schema.fields();
        Schema items = schema.items();
        Schema values = schema.values();
        if (value instanceof Mapping mapping && (fields != null || values != null)) {
            Map<String, YamlValue> entries = new LinkedHashMap<>();
            mapping.entries().forEach((name, below) -> {
                Schema of = fields == null ? values : fields.get(name);
                boolean isNull = below instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
                entries.put(name, of == null || isNull ? below : fill(below, of));
            });
            if (fields != null) {
                fields.forEach((name, of) -> {
                    if (of.absent() != null && mapping.find(name) == null) {
                        entries.put(name, fill(of.absent(), of));
                    }
                });
            }
            return new Mapping(entries, mapping.keys(), mapping.line(), mapping.column());
        }
        if (value instanceof Sequence list && items != null) {
            return new Sequence(
                    list.items().stream().map(item -> fill(item, items)).toList(), list.line(), list.column());
        }
        return value;
    }

    /** Returns the value as rules see it; fields that are null are not there. */
    static Object plain(YamlValue value) {
        return switch (value) {
            case Mapping mapping -> {
                Map<String, Object> plain = new LinkedHashMap<>();
                mapping.entries().forEach((name, below) -> {
                    if (mapping.find(name) != null) {
                        plain.put(name, plain(below));
                    }
                });
                yield plain;
            }
            case Sequence list -> {
                List<Object> plain = new ArrayList<>();
                list.items().forEach(item -> plain.add(plain(item)));
                yield plain;
            }
            case Scalar scalar -> plain(scalar);
        };
    }

    private static Object plain(Scalar scalar) {
        String text = scalar.text();
        try {
            return switch (scalar.type()) {
                case TEXT, NULL -> text;
                case BOOLEAN -> text.equalsIgnoreCase("true");
                case DECIMAL -> Double.valueOf(text);
                case INTEGER ->
                    Long.decode(
                            text.startsWith("0o")
                                    ? "0" + text.substring(2)
                                    : text.startsWith("0x") ? text : decimal(text));
            };
        } catch (NumberFormatException e) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
    }

    /** In YAML 1.2 a zero in front changes nothing. */
    private static String decimal(String text) {
        int from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int at = from;
        while (at < text.length() - 1 && text.charAt(at) == '0') {
            at++;
        }
        return text.substring(0, from) + text.substring(at);
    }
}
