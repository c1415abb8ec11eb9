package mesh.ambit.ztunnel.local;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
    private final String path;
    private final YamlNode.Mapping mapping;
    private final Map<String, YamlNode> values = new LinkedHashMap<>();
    private final boolean strict;
    private final Set<String> asked = new HashSet<>();

    private YamlFields(String path, YamlNode.Mapping mapping, boolean strict) throws LocalFileException {
        this.path = path;
        this.mapping = mapping;
        this.strict = strict;
        for (YamlNode.Entry entry : mapping.entries()) {
            if (values.put(entry.key().text(), entry.value()) != null) {
                throw problem(path, entry.key(), "key \"" + entry.key().text() + "\" appears twice");
            }
        }
    }

    static YamlFields of(String path, YamlNode node) throws LocalFileException {
        return of(path, node, false);
    }

    /**
     * Like {@link #of(String, YamlNode)}; {@code strict} takes no bare number, boolean or null for a text, no empty value
     * for a list, and no tag.
     */
    static YamlFields of(String path, YamlNode node, boolean strict) throws LocalFileException {
        if (node instanceof YamlNode.Mapping mapping) {
            return new YamlFields(path, mapping, strict);
        }
        if (path.isEmpty() && isNothing(node)) {
            return new YamlFields(path, new YamlNode.Mapping(List.of(), null, node.line()), strict);
        }
        throw problem(path, node, "expected: a mapping");
    }

    /** Returns the value of {@code key}, or null when it is absent. */
    @Nullable
    YamlNode find(String key) {
        asked.add(key);
        return values.get(key);
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
        return text(at(key), require(key), strict);
    }

    String text(String key, String fallback) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : text(at(key), node, strict);
    }

    private static String text(String path, YamlNode node, boolean only) throws LocalFileException {
        return only ? onlyText(path, node) : text(path, node);
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
        return wordAt(key, require(key), words);
    }

    <T> T word(String key, Map<String, T> words, T fallback) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? fallback : wordAt(key, node, words);
    }

    private <T> T wordAt(String key, YamlNode node, Map<String, T> words) throws LocalFileException {
        if (strict && node.tag() != null) {
            throw problem(at(key), node, "expected: a word without a tag");
        }
        return word(at(key), node, words);
    }

    /** Returns the elements of a list that must be there. */
    <T> List<T> list(String key, Reader<T> reader) throws LocalFileException {
        return listAt(key, require(key), reader);
    }

    /** Returns the elements of a list that may be absent, and is then empty. */
    <T> List<T> listOrEmpty(String key, Reader<T> reader) throws LocalFileException {
        YamlNode node = find(key);
        return node == null ? List.of() : listAt(key, node, reader);
    }

    private <T> List<T> listAt(String key, YamlNode node, Reader<T> reader) throws LocalFileException {
        if (strict && isNothing(node)) {
            throw problem(at(key), node, "expected: a list");
        }
        return list(at(key), node, reader);
    }

    /** Refuses what nobody asked for. */
    void end() throws LocalFileException {
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!asked.contains(entry.key().text())) {
                throw problem(path, entry.key(), "unknown field " + entry.key().text());
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

    /** Returns a mapping's values by key; where a key is there twice, the last one holds. */
    static <T> Map<String, T> map(String path, YamlNode node, Reader<T> reader) throws LocalFileException {
        Map<String, T> values = new LinkedHashMap<>();
        for (YamlNode.Entry entry : entries(path, node)) {
            String key = entry.key().text();
            values.put(key, reader.read(path + "." + key, entry.value()));
        }
        return values;
    }

    /** Returns a map from port to port, keys and values without quotes. */
    static SortedMap<Integer, Integer> ports(String path, YamlNode node) throws LocalFileException {
        SortedMap<Integer, Integer> ports = new TreeMap<>();
        for (YamlNode.Entry entry : entries(path, node)) {
            ports.put(port(path, entry.key()), port(path + "." + entry.key().text(), entry.value()));
        }
        return ports;
    }

    private static List<YamlNode.Entry> entries(String path, YamlNode node) throws LocalFileException {
        if (isNothing(node)) {
            return List.of();
        }
        if (node instanceof YamlNode.Mapping map) {
            return map.entries();
        }
        throw problem(path, node, "expected: a mapping");
    }

    /** Returns a scalar's text as it stands, whatever type it has or is tagged with. */
    static String text(String path, YamlNode node) throws LocalFileException {
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        throw problem(path, node, "expected: a text");
    }

    /** Returns a text that cannot be taken for a number, a boolean or null. */
    static String onlyText(String path, YamlNode node) throws LocalFileException {
        if (node instanceof YamlNode.Scalar scalar && CoreSchema.isText(scalar)) {
            return scalar.text();
        }
        throw problem(path, node, "expected: a text, in quotes");
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
            BigInteger number = CoreSchema.integer(scalar.text());
            if (number != null && number.signum() >= 0 && number.compareTo(BigInteger.valueOf(max)) <= 0) {
                return number.longValueExact();
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
