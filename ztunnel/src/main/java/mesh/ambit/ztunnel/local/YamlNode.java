package mesh.ambit.ztunnel.local;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a YAML document with its own tag and the line it begins in. */
sealed interface YamlNode {
    /** Returns the line, from 1; 0 when it is not known. */
    int line();

    /** Returns the tag written before the value, such as {@code !Exact}; null without one. */
    @Nullable
    String tag();

    /** A mapping; entries in the order of the document, of which several may have one key. */
    record Mapping(List<Entry> entries, @Nullable String tag, int line) implements YamlNode {}

    /** A key with its value. */
    record Entry(Scalar key, YamlNode value) {}

    /** A list. */
    record Sequence(List<YamlNode> items, @Nullable String tag, int line) implements YamlNode {}

    /**
     * A scalar as written.
     *
     * @param plain whether it stands without quotes, and so may be a number, a boolean or null
     */
    record Scalar(String text, boolean plain, @Nullable String tag, int line) implements YamlNode {
        boolean isNull() {
            return plain && tag == null && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }
    }
}
