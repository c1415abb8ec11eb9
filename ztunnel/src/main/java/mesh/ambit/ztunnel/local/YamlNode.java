package mesh.ambit.ztunnel.local;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a YAML document with its own tag and the line it begins in. */
sealed interface YamlNode {
    /** Returns the line, from 1; 0 when it is not known. */
    int line();

    /** Returns the tag written before the value, such as {@code !Exact}; null without one. */
    @Nullable
    String tag();

    /** A mapping; keys in the order of the document. */
    record Mapping(Map<String, YamlNode> entries, @Nullable String tag, int line) implements YamlNode {}

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
