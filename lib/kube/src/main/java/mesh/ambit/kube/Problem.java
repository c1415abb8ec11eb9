package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/**
 * Something wrong with a file or with an object in it, with everything a person needs to mend it.
 *
 * @param file path of the file, or of the folder; empty when the problem is between objects
 * @param line from 1; 0 when the problem has no place in the file
 * @param column from 1; 0 likewise
 * @param object for example {@code Service shop/web}, empty when unknown
 * @param field for example {@code spec.ports[0].port}, empty when the problem is not about one
 * @param reason what is wrong
 * @param remedy what to do, empty when the reason says it
 */
public record Problem(
        ProblemCode code,
        String file,
        int line,
        int column,
        String object,
        String field,
        String reason,
        String remedy) {
    /** Of one part; who writes a longer text into an object does not fill a terminal with it. */
    private static final int MAX_PART = 2_000;

    public Problem {
        requireNonNull(code, "code");
        file = visible(file);
        object = visible(object);
        field = visible(field);
        reason = visible(reason);
        remedy = visible(remedy);
    }

    /** Returns a text that stays on one line and tells a terminal nothing, whatever an object had in it. */
    static String visible(String text) {
        boolean cut = text.length() > MAX_PART;
        String shown = cut ? text.substring(0, MAX_PART) : text;
        if (shown.chars().noneMatch(Problem::isUnseen)) {
            return cut ? shown + "…" : shown;
        }
        StringBuilder escaped = new StringBuilder();
        shown.chars().forEach(c -> {
            if (isUnseen(c)) {
                escaped.append(String.format("\\u%04x", c));
            } else {
                escaped.append((char) c);
            }
        });
        return cut ? escaped.append('…').toString() : escaped.toString();
    }

    /** Controls, separators of lines, and marks that turn the direction of writing. */
    private static boolean isUnseen(int c) {
        return Character.isISOControl(c)
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }

    /** Returns the problem as one line: {@code web.yaml:7:11: Service shop/web: spec.ports[0].port: reason (remedy)}. */
    public String message() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
            if (column > 0) {
                text.append(':').append(column);
            }
        }
        if (!file.isEmpty()) {
            text.append(": ");
        }
        if (!object.isEmpty()) {
            text.append(object).append(": ");
        }
        if (!field.isEmpty()) {
            text.append(field).append(": ");
        }
        text.append(reason);
        if (!remedy.isEmpty()) {
            text.append(" (").append(remedy).append(')');
        }
        return text.append(" [").append(code).append(']').toString();
    }
}
