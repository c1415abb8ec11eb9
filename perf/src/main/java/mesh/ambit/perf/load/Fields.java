package mesh.ambit.perf.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the bench and its load processes say to each other: one line, a word and then {@code name=value} pairs, without
 * blanks in any of them.
 */
public record Fields(String word, Map<String, String> values) {
    public Fields {
        values = Map.copyOf(values);
    }

    /** Reads a line. */
    public static Fields parse(String line) {
        String[] parts = line.strip().split(" +", -1);
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(parts[i] + ": no value (expected: name=value)");
            }
            values.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        return new Fields(parts[0], values);
    }

    /** Returns the value of {@code name}, which must be there. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(word + ": " + name + " is missing");
        }
        return value;
    }

    public int number(String name) {
        return Integer.parseInt(text(name));
    }

    public double decimal(String name) {
        return Double.parseDouble(text(name));
    }

    /** Returns the line. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(each -> " " + each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining("", word, ""));
    }
}
