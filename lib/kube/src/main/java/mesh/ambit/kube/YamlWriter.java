package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** Writes values as YAML in block style. What it writes reads back the same everywhere, as YAML 1.1 too. */
public final class YamlWriter {
    /** Texts that no YAML version takes for anything but a text, unless they are a word in {@link #WORDS}. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/_][-A-Za-z0-9_./]*");

    private static final Pattern WORDS = Pattern.compile("(?i)true|false|yes|no|on|off|y|n|null|nan|inf");

    private final StringBuilder out = new StringBuilder();

    private YamlWriter() {}

    /**
     * Returns {@code value} as a YAML document. It may be made of {@link Map} with text keys, {@link List}, texts,
     * whole numbers and truth values; a map is written in its own order.
     */
    public static String write(Object value) {
        YamlWriter writer = new YamlWriter();
        writer.value(value, 0, false);
        return writer.out.toString();
    }

    private void value(Object value, int depth, boolean inItem) {
        switch (value) {
            case Map<?, ?> map when !map.isEmpty() -> map(map, depth, inItem);
            case List<?> list when !list.isEmpty() -> list(list, depth);
            default -> out.append(scalar(value)).append('\n');
        }
    }

    private void map(Map<?, ?> map, int depth, boolean inItem) {
        boolean first = inItem;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!first) {
                indent(depth);
            }
            first = false;
            out.append(scalar(Objects.requireNonNull(entry.getKey()).toString()))
                    .append(':');
            below(Objects.requireNonNull(entry.getValue()), depth);
        }
    }

    private void below(Object value, int depth) {
        boolean nested = (value instanceof Map<?, ?> map && !map.isEmpty())
                || (value instanceof List<?> list && !list.isEmpty());
        out.append(nested ? '\n' : ' ');
        value(value, depth + 1, false);
    }

    private void list(List<?> list, int depth) {
        for (Object item : list) {
            indent(depth);
            out.append("- ");
            if (item instanceof List<?> nested && !nested.isEmpty()) {
                throw new IllegalArgumentException("a list directly inside a list has no place in an object");
            }
            value(Objects.requireNonNull(item), depth + 1, true);
        }
    }

    private void indent(int depth) {
        out.repeat("  ", depth);
    }

    private static String scalar(Object value) {
        return switch (value) {
            case String text ->
                PLAIN.matcher(text).matches() && !WORDS.matcher(text).matches() ? text : quoted(text);
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case Boolean flag -> flag.toString();
            case Map<?, ?> _ -> "{}";
            case List<?> _ -> "[]";
            default -> throw new IllegalArgumentException("cannot write a " + value.getClass());
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        quoted.append((char) c);
                    } else {
                        quoted.append(String.format("\\U%08x", c));
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
