package mesh.ambit.channel;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** What a person reads when a call has failed. */
public final class Statuses {
    private static final int MAX_CAUSES = 10;

    private Statuses() {}

    /** Returns the message of {@code status} and that of its innermost cause, on one line, without the code. */
    public static String describe(Status status) {
        String description = firstLine(status.getDescription() == null ? "" : status.getDescription());
        String cause = innermost(status.getCause());
        if (cause.isEmpty() || description.contains(cause)) {
            return description;
        }
        return description.isEmpty() ? cause : description + ": " + cause;
    }

    private static String innermost(@Nullable Throwable outer) {
        String message = "";
        Throwable cause = outer;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause.getMessage() != null) {
                message = firstLine(cause.getMessage());
            }
            cause = cause.getCause();
        }
        return message;
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }
}
