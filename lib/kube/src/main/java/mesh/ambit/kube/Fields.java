package mesh.ambit.kube;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Position;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one mapping, read by name and type. A value of the wrong type becomes a finding and reads as absent, so
 * that one pass finds everything. Remembers which names were asked for, so that the others can be refused.
 */
final class Fields {
    private final Mapping mapping;
    private final String path;
    private final Findings findings;
    private final Spelling spelling;
    private final ScalarReader scalars;
    private final Set<String> known = new TreeSet<>();

    Fields(Mapping mapping, String path, Findings findings, Spelling spelling) {
        this.mapping = mapping;
        this.path = path;
        this.findings = findings;
        this.spelling = spelling;
        this.scalars = new ScalarReader(findings);
    }

    /** Returns the same fields, whose mistakes go to {@code others}. */
    Fields with(Findings others) {
        return new Fields(mapping, path, others, spelling);
    }

    /** Returns the same fields, spelled otherwise. */
    Fields in(Spelling other) {
        return new Fields(mapping, path, findings, other);
    }

    /** Returns the full name of a field, as a person writes it. */
    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Returns the full name of this mapping. */
    String path() {
        return path;
    }

    /** Returns whether the field is there and not null. */
    boolean has(String name) {
        return find(name) != null;
    }

    /** Returns whether every field is null or an empty list. */
    boolean saysNothing() {
        return mapping.entries().values().stream()
                .allMatch(
                        value -> (value instanceof Sequence list && list.items().isEmpty())
                                || (value instanceof Scalar scalar && scalar.type() == ScalarType.NULL));
    }

    /** Returns the text of a field, empty when it is absent. */
    String text(String name) {
        String text = textOrNull(name);
        return text == null ? "" : text;
    }

    /** As {@link #text}; a whole number is one of {@code words} by its place, as protobuf's JSON has it. */
    String word(String name, List<String> words) {
        if (isNumber(name) && find(name) instanceof Scalar scalar) {
            Integer place = scalars.integer(scalar, path(name));
            return place != null && place >= 0 && place < words.size() ? words.get(place) : scalar.text();
        }
        return text(name);
    }

    /** Returns whether a whole number stands in the field. */
    boolean isNumber(String name) {
        return ScalarReader.isInteger(find(name));
    }

    @Nullable
    String textOrNull(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.text(value, path(name));
    }

    boolean flag(String name) {
        Boolean flag = flagOrNull(name);
        return flag != null && flag;
    }

    @Nullable
    Boolean flagOrNull(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.flag(value, path(name));
    }

    int number(String name) {
        Integer number = numberOrNull(name);
        return number == null ? 0 : number;
    }

    @Nullable
    Integer numberOrNull(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.integer(spelling.unquoted(value), path(name));
    }

    /** Returns a finite number, null when it is absent. */
    @Nullable
    Double decimalOrNull(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.decimal(value, path(name));
    }

    /** Returns a whole number of 32 bits without a sign, 0 when it is absent; the upper half reads as negative. */
    int unsigned(String name) {
        Integer number = unsignedOrNull(name);
        return number == null ? 0 : number;
    }

    @Nullable
    Integer unsignedOrNull(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.unsigned(spelling.unquoted(value), path(name));
    }

    /** Returns a service's target port, which may be a number or a name. */
    Service.@Nullable TargetPort targetPort(String name) {
        YamlValue value = find(name);
        if (value != null && ScalarReader.isInteger(value)) {
            Integer number = scalars.integer(value, path(name));
            return number == null ? null : new Service.TargetPort.Numbered(number);
        }
        String text = value == null ? null : scalars.text(value, path(name));
        return text == null ? null : new Service.TargetPort.Named(text);
    }

    @Nullable
    Instant time(String name) {
        YamlValue value = find(name);
        return value == null ? null : scalars.time(value, path(name));
    }

    /** Returns a mapping of texts to texts, empty when it is absent. */
    Map<String, String> texts(String name) {
        YamlValue value = find(name);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Mapping texts)) {
            scalars.wrongType(value, path(name), "a mapping");
            return Map.of();
        }
        Map<String, String> result = new LinkedHashMap<>();
        texts.entries().forEach((key, entry) -> {
            String field = path(name) + "[" + key + "]";
            boolean isNull = entry instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
            String text = isNull ? "" : scalars.text(entry, field);
            if (text != null) {
                result.put(key, text);
            }
        });
        return result;
    }

    /** Returns a list of texts, empty when it is absent. */
    List<String> textList(String name) {
        List<String> result = new ArrayList<>();
        List<YamlValue> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            YamlValue item = items.get(i);
            String text = spelling.isEmptyItem(item) ? "" : scalars.text(item, path(name) + "[" + i + "]");
            if (text != null) {
                result.add(text);
            }
        }
        return result;
    }

    /** Returns a list of whole numbers, empty when it is absent. */
    List<Integer> numberList(String name) {
        List<Integer> result = new ArrayList<>();
        List<YamlValue> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            Integer number = scalars.integer(spelling.unquoted(items.get(i)), path(name) + "[" + i + "]");
            if (number != null) {
                result.add(number);
            }
        }
        return result;
    }

    /** Returns the fields of a mapping below, or null when it is absent. */
    @Nullable
    Fields child(String name) {
        YamlValue value = find(name);
        return value == null ? null : fields(value, path(name));
    }

    /** Returns the fields of a mapping below, no fields when it is absent. */
    Fields childOrEmpty(String name) {
        Fields child = child(name);
        return child == null ? empty(mapping, path(name)) : child;
    }

    /** Returns the fields of each mapping of a list, none when it is absent. */
    List<Fields> children(String name) {
        List<Fields> result = new ArrayList<>();
        List<YamlValue> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            YamlValue item = items.get(i);
            String field = path(name) + "[" + i + "]";
            Fields fields = spelling.isEmptyItem(item) ? empty(item, field) : fields(item, field);
            if (fields != null) {
                result.add(fields);
            }
        }
        return result;
    }

    /** Returns the names of all fields, in the order of the document. */
    Set<String> names() {
        return mapping.entries().keySet();
    }

    /** Adds a finding about the field {@code name} of this mapping, or about a place below it. */
    void found(ProblemCode code, String name, String reason, String remedy) {
        YamlValue value = mapping.entries().get(name);
        findings.add(code, value == null ? mapping : value, path(name), reason, remedy);
    }

    /** Adds a finding about this whole mapping. */
    void foundHere(ProblemCode code, String reason, String remedy) {
        findings.add(code, mapping, path, reason, remedy);
    }

    /** Adds a finding about an item of a list field. */
    void foundItem(ProblemCode code, String name, int index, String reason, String remedy) {
        YamlValue value = mapping.entries().get(name);
        YamlValue at =
                value instanceof Sequence sequence && index < sequence.items().size()
                        ? sequence.items().get(index)
                        : mapping;
        findings.add(code, at, path(name) + "[" + index + "]", reason, remedy);
    }

    /** Adds a finding about an entry of a mapping field. */
    void foundEntry(ProblemCode code, String name, String key, String reason, String remedy) {
        YamlValue entry = mapping.entries().get(name) instanceof Mapping below
                ? below.entries().get(key)
                : null;
        findings.add(code, entry == null ? mapping : entry, path(name) + "[" + key + "]", reason, remedy);
    }

    /** Takes note of fields that exist but that nobody here reads. */
    void know(String... names) {
        known.addAll(List.of(names));
    }

    /** Adds a finding for every field that was never asked for. */
    void refuseUnknown() {
        for (String name : mapping.entries().keySet()) {
            if (!known.contains(name)) {
                Position at = mapping.keys().getOrDefault(name, new Position(mapping.line(), mapping.column()));
                findings.add(
                        ProblemCode.UNKNOWN_FIELD,
                        at.line(),
                        at.column(),
                        path(name),
                        "there is no such field",
                        "known here: " + String.join(", ", known));
            }
        }
    }

    private @Nullable YamlValue find(String name) {
        known.add(name);
        return spelling.find(mapping, name);
    }

    private List<YamlValue> items(String name) {
        YamlValue value = find(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof Sequence sequence) {
            return sequence.items();
        }
        scalars.wrongType(value, path(name), "a list");
        return List.of();
    }

    private @Nullable Fields fields(YamlValue value, String field) {
        if (value instanceof Mapping below) {
            return new Fields(below, field, findings, spelling);
        }
        scalars.wrongType(value, field, "a mapping");
        return null;
    }

    private Fields empty(YamlValue at, String field) {
        return new Fields(new Mapping(Map.of(), Map.of(), at.line(), at.column()), field, findings, spelling);
    }
}
