package mesh.ambit.ztunnel.local;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one mapping by name and type. A field that is missing or of another type is refused with its path
 * and line; so is, at {@link #end}, one that nobody asked for.
 */
final class YamlFields {
    /** Makes a value of a node. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String path, YamlNode node) throws LocalFileException;
    }

    private static final int MAX_PORT = 65_535;
    /** Scalars that stand for a number, a boolean or null when they have no quotes. */
    private static final Pattern OTHER_TYPE =
            Pattern.compile("|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+"
                    + "|[-+]?(\\.[0-9]+|[0-9]+\\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+");

    private final String path;
    private final YamlNode.Mapping mapping;
    private final boolean strict;
    private final Set<String> asked = new HashSet<>();

    private YamlFields(String path, YamlNode.Mapping mapping, boolean strict) {
        this.path = path;
        this.mapping = mapping;
        this.strict = strict;
    }

    static YamlFields of(String path, YamlNode node) throws LocalFileException {
        return of(path, node, false);
    }

    /** Like {@link #of(String, YamlNode)}; {@code strict} takes no bare number, boolean or null for a text. */
    static YamlFields of(String path, YamlNode node, boolean strict) throws LocalFileException {
        if (node instanceof YamlNode.Mapping mapping) {
            return new YamlFields(path, mapping, strict);
        }
        throw problem(path, node, "expected: a mapping");
    }

    /** Returns the value of {@code key}, or null when it is absent. */
    @Nullable
    YamlNode find(String key) {
        asked.add(key);
        return mapping.entries().get(key);
    }

    YamlNode require(String key) throws LocalFileException {
        YamlNode node = find(key);
        if (node == null) {
            throw problem(path, mapping, key + " is missing");
        }
        return node;
    }

    /** Returns the value of {@code key}; null when it is absent or null. */
    <T> @Nullable T optional(String key, Reader<T> reader) throws LocalFileException {
        YamlNode node = find(key);
        return node == null || (node instanceof YamlNode.Scalar scalar && scalar.isNull())
                ? null
                : reader.read(at(key), node);
    }

    String text(String key) throws LocalFileException {
        return text(key, require(key), strict);
    }

    String text(String key, String fallback) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : text(key, node, strict);
    }

    private String text(String key, YamlNode node, boolean only) throws LocalFileException {
        if (only
                && node instanceof YamlNode.Scalar scalar
                && scalar.plain()
                && OTHER_TYPE.matcher(scalar.text()).matches()) {
            throw problem(at(key), node, "expected: a text, in quotes");
        }
        return text(at(key), node);
    }

    boolean flag(String key) throws LocalFileException {
        return flag(at(key), require(key));
    }

    boolean flag(String key, boolean fallback) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : flag(at(key), node);
    }

    int port(String key) throws LocalFileException {
        return port(at(key), require(key));
    }

    long number(String key, long fallback, long max) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : number(at(key), node, max);
    }

    <T> T word(String key, Map<String, T> words) throws LocalFileException {
        return word(at(key), require(key), words);
    }

    <T> T word(String key, Map<String, T> words, T fallback) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : word(at(key), node, words);
    }

    /** Returns the elements of a list that must be there. */
    <T> List<T> list(String key, Reader<T> reader) throws LocalFileException {
        return list(at(key), require(key), reader);
    }

    /** Returns the elements of a list that may be absent, and is then empty. */
    <T> List<T> listOrEmpty(String key, Reader<T> reader) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? List.of() : list(at(key), node, reader);
    }

    /** Refuses what nobody asked for. */
    void end() throws LocalFileException {
        for (Map.Entry<String, YamlNode> entry : mapping.entries().entrySet()) {
            if (!asked.contains(entry.getKey())) {
                throw problem(path, entry.getValue(), "unknown field " + entry.getKey());
            }
        }
    }

    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static <T> List<T> list(String path, YamlNode node, Reader<T> reader) throws LocalFileException {
        if (isNothing(node)) {
            return List.of();
        }
        if (!(node instanceof YamlNode.Sequence sequence)) {
            throw problem(path, node, "expected: a list");
        }
        List<T> list = new ArrayList<>(sequence.items().size());
        for (YamlNode item : sequence.items()) {
            list.add(reader.read(path + "[" + list.size() + "]", item));
        }
        return list;
    }

    static <T> Map<String, T> map(String path, YamlNode node, Reader<T> reader) throws LocalFileException {
        if (isNothing(node)) {
            return Map.of();
        }
        if (!(node instanceof YamlNode.Mapping map)) {
            throw problem(path, node, "expected: a mapping");
        }
        Map<String, T> values = new LinkedHashMap<>();
        for (Map.Entry<String, YamlNode> entry : map.entries().entrySet()) {
            values.put(entry.getKey(), reader.read(path + "." + entry.getKey(), entry.getValue()));
        }
        return values;
    }

    /** Returns a map from port to port. */
    static SortedMap<Integer, Integer> ports(String path, YamlNode node) throws LocalFileException {
        SortedMap<Integer, Integer> ports = new TreeMap<>();
        for (Map.Entry<String, Integer> entry :
                map(path, node, YamlFields::port).entrySet()) {
            YamlNode key = new YamlNode.Scalar(entry.getKey(), true, null, node.line());
            ports.put(port(path, key), entry.getValue());
        }
        return ports;
    }

    static String text(String path, YamlNode node) throws LocalFileException {
        if (node instanceof YamlNode.Scalar scalar && scalar.tag() == null) {
            return scalar.text();
        }
        throw problem(path, node, "expected: a text");
    }

    static boolean flag(String path, YamlNode node) throws LocalFileException {
        if (node instanceof YamlNode.Scalar scalar && scalar.plain()) {
            switch (scalar.text()) {
                case "true", "True", "TRUE" -> {
                    return true;
                }
                case "false", "False", "FALSE" -> {
                    return false;
                }
                default -> {}
            }
        }
        throw problem(path, node, "expected: true or false");
    }

    static int port(String path, YamlNode node) throws LocalFileException {
        return (int) number(path, node, MAX_PORT);
    }

    static long number(String path, YamlNode node, long max) throws LocalFileException {
        if (node instanceof YamlNode.Scalar scalar && scalar.plain()) {
            try {
                String text = scalar.text();
                long number = text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
                if (number >= 0 && number <= max) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw problem(path, node, "expected: a number from 0 to " + max);
            }
        }
        throw problem(path, node, "expected: a number from 0 to " + max);
    }

    static <T> T word(String path, YamlNode node, Map<String, T> words) throws LocalFileException {
        T value = node instanceof YamlNode.Scalar scalar
                ? words.get(scalar.tag() == null ? scalar.text() : scalar.tag().substring(1) + scalar.text())
                : null;
        if (value == null) {
            throw problem(path, node, "expected one of: " + String.join(", ", words.keySet()));
        }
        return value;
    }

    /** Says whether a key has no value at all, which stands for an empty collection. */
    private static boolean isNothing(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar
                && scalar.plain()
                && scalar.text().isEmpty();
    }

    static LocalFileException problem(String path, YamlNode node, String what) {
        String place = path.isEmpty() ? "" : path + ": ";
        return new LocalFileException("line " + node.line() + ": " + place + what);
    }
}
