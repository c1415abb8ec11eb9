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

    public Problem {
        requireNonNull(code, "code");
        requireNonNull(file, "file");
        requireNonNull(object, "object");
        requireNonNull(field, "field");
        requireNonNull(reason, "reason");
        requireNonNull(remedy, "remedy");
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
