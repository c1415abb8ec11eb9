package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a YAML document, with the place where it begins. */
sealed interface YamlValue {
    /** Returns the line, from 1. */
    int line();

    /** Returns the column, from 1. */
    int column();

    /** Returns what a person calls a value like this. */
    String description();

    /** A mapping; keys in the order of the document. */
    record Mapping(Map<String, YamlValue> entries, Map<String, Position> keys, int line, int column)
            implements YamlValue {
        @Override
        public String description() {
            return "a mapping";
        }

        /** Returns the value of {@code key}; null when it is absent or null. */
        @Nullable
        YamlValue find(String key) {
            YamlValue value = entries.get(key);
            return value instanceof Scalar scalar && scalar.type() == ScalarType.NULL ? null : value;
        }
    }

    /** A list. */
    record Sequence(List<YamlValue> items, int line, int column) implements YamlValue {
        @Override
        public String description() {
            return "a list";
        }
    }

    /** A text, number, truth value or null, as written. */
    record Scalar(String text, ScalarType type, int line, int column) implements YamlValue {
        private static final int LONGEST_SHOWN = 80;

        @Override
        public String description() {
            return switch (type) {
                case TEXT -> "the text \"" + shortened() + "\"";
                case INTEGER, DECIMAL -> "the number " + shortened();
                case BOOLEAN -> "the truth value " + text;
                case NULL -> "nothing";
            };
        }

        private String shortened() {
            return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
        }
    }

    /** What a scalar is by the core schema of YAML 1.2. */
    enum ScalarType {
        TEXT,
        INTEGER,
        DECIMAL,
        BOOLEAN,
        NULL
    }

    /** A place in a file, line and column from 1. */
    record Position(int line, int column) {}
}
