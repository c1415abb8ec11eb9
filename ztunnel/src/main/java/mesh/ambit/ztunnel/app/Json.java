package mesh.ambit.ztunnel.app;

import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints maps, collections, texts, numbers, booleans and null as indented JSON. */
final class Json {
    private static final String INDENT = "  ";

    private Json() {}

    static String print(@Nullable Object value) {
        StringBuilder text = new StringBuilder(4096);
        print(text, value, 0);
        return text.append('\n').toString();
    }

    private static void print(StringBuilder text, @Nullable Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map when map.isEmpty() -> text.append("{}");
            case Map<?, ?> map -> {
                text.append('{');
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    line(text, depth + 1);
                    quote(text, String.valueOf(entry.getKey()));
                    text.append(": ");
                    print(text, entry.getValue(), depth + 1);
                    text.append(entries.hasNext() ? "," : "");
                }
                line(text, depth);
                text.append('}');
            }
            case Collection<?> list when list.isEmpty() -> text.append("[]");
            case Collection<?> list -> {
                text.append('[');
                Iterator<?> elements = list.iterator();
                while (elements.hasNext()) {
                    line(text, depth + 1);
                    print(text, elements.next(), depth + 1);
                    text.append(elements.hasNext() ? "," : "");
                }
                line(text, depth);
                text.append(']');
            }
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> quote(text, value.toString());
        }
    }

    private static void line(StringBuilder text, int depth) {
        text.append('\n').repeat(INDENT, depth);
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
