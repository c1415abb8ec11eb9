package mesh.ambit.hbone;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in the order of the wire, without pseudo headers. Names are in lower case.
 *
 * @param fields name and value of each field
 */
public record HeaderFields(List<Field> fields) {
    /** No fields. */
    public static final HeaderFields NONE = new HeaderFields(List.of());

    /** One field. */
    public record Field(String name, String value) {}

    public HeaderFields {
        fields = List.copyOf(fields);
    }

    /** Returns the fields named and valued alternately by {@code namesAndValues}. */
    public static HeaderFields of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "header fields: " + namesAndValues.length + " strings (expected: pairs)");
        }
        List<Field> fields = new ArrayList<>(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new HeaderFields(fields);
    }

    /** Returns these fields and one more after them. */
    public HeaderFields with(String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new HeaderFields(more);
    }

    /** Returns the value of the first field called {@code name}, or null if there is none. */
    public @Nullable String first(String name) {
        for (Field field : fields) {
            if (field.name().equals(name)) {
                return field.value();
            }
        }
        return null;
    }

    /** Returns the values of all fields called {@code name}, in order. */
    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .toList();
    }
}
