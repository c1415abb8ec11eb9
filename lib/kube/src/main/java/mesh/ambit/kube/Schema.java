package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.Sequence;
import mesh.ambit.kube.cel.CelRule;
import org.jspecify.annotations.Nullable;

/**
 * What a definition that users install asks of a value: the part of OpenAPI that such definitions may use.
 *
 * @param type name of a type; empty for any
 * @param format of a text or number, for example {@code ipv4}; empty for none
 * @param fields null unless the value has named fields
 * @param values what each value of a map must be; null unless it is one
 * @param open whether fields that are not named are kept
 */
record Schema(
        String type,
        List<String> allowed,
        @Nullable Pattern pattern,
        String format,
        Limits limits,
        List<String> required,
        boolean intOrString,
        boolean open,
        List<String> listKeys,
        boolean set,
        @Nullable YamlValue absent,
        List<CelRule> rules,
        List<Schema> oneOf,
        List<Schema> anyOf,
        List<Schema> allOf,
        @Nullable Schema not,
        @Nullable Schema items,
        @Nullable Schema values,
        @Nullable Map<String, Schema> fields) {
    /** Least and most of a number, and of the length of a text, list or map. */
    record Limits(@Nullable Double minimum, @Nullable Double maximum, int least, int most) {}

    /** Returns this schema, not minding fields that it does not name: for parts of a schema that say something about some. */
    Schema opened() {
        return !open
                ? new Schema(
                        type,
                        allowed,
                        pattern,
                        format,
                        limits,
                        required,
                        intOrString,
                        true,
                        listKeys,
                        set,
                        absent,
                        rules,
                        oneOf,
                        anyOf,
                        allOf,
                        not,
                        items,
                        values,
                        fields)
                : this;
    }

    /** Reads a file of schemas: that of a kind under {@code schema}, and shared ones by name. */
    static Schema read(Mapping file) {
        return new Reader(file).schema(file.find("schema"));
    }

    private static final class Reader {
        private final Mapping file;
        private final Map<String, Schema> shared = new LinkedHashMap<>();

        Reader(Mapping file) {
            this.file = file;
        }

        Schema schema(@Nullable YamlValue value) {
            if (!(value instanceof Mapping of)) {
                throw new IllegalArgumentException("no schema");
            }
            String reference = text(of, "ref");
            if (!reference.isEmpty()) {
                Schema known = shared.get(reference);
                if (known == null) {
                    known = schema(file.find(reference));
                    shared.put(reference, known);
                }
                return known;
            }
            String pattern = text(of, "pattern");
            YamlValue not = of.find("not");
            YamlValue items = of.find("items");
            YamlValue values = of.find("values");
            return new Schema(
                    text(of, "type"),
                    texts(of, "enum"),
                    pattern.isEmpty() ? null : Pattern.compile(pattern),
                    text(of, "format"),
                    limits(of),
                    texts(of, "required"),
                    of.find("intOrString") != null,
                    of.find("open") != null,
                    texts(of, "listKeys"),
                    of.find("set") != null,
                    of.find("default"),
                    texts(of, "rules").stream().map(CelRule::parse).toList(),
                    schemas(of, "oneOf"),
                    schemas(of, "anyOf"),
                    schemas(of, "allOf"),
                    not == null ? null : schema(not),
                    items == null ? null : schema(items),
                    values == null ? null : schema(values),
                    of.find("fields") instanceof Mapping fields ? fields(fields) : null);
        }

        private Map<String, Schema> fields(Mapping of) {
            Map<String, Schema> fields = new LinkedHashMap<>();
            of.entries().forEach((name, value) -> fields.put(name, schema(value)));
            return fields;
        }

        private List<Schema> schemas(Mapping of, String name) {
            List<Schema> schemas = new ArrayList<>();
            if (of.find(name) instanceof Sequence list) {
                list.items().forEach(each -> schemas.add(schema(each)));
            }
            return schemas;
        }

        private static Limits limits(Mapping of) {
            int least = 0;
            int most = Integer.MAX_VALUE;
            for (String size : List.of("Length", "Items", "Properties")) {
                Double min = number(of, "min" + size);
                Double max = number(of, "max" + size);
                least = min == null ? least : min.intValue();
                most = max == null ? most : max.intValue();
            }
            return new Limits(number(of, "minimum"), number(of, "maximum"), least, most);
        }

        private static @Nullable Double number(Mapping of, String name) {
            return of.find(name) instanceof Scalar scalar ? Double.valueOf(scalar.text()) : null;
        }

        private static String text(Mapping of, String name) {
            return of.find(name) instanceof Scalar scalar ? scalar.text() : "";
        }

        private static List<String> texts(Mapping of, String name) {
            List<String> texts = new ArrayList<>();
            if (of.find(name) instanceof Sequence list) {
                for (YamlValue each : list.items()) {
                    if (each instanceof Scalar scalar) {
                        texts.add(scalar.text());
                    }
                }
            }
            return texts;
        }
    }
}
