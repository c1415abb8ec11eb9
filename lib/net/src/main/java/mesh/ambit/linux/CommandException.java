package mesh.ambit.linux;

import org.jspecify.annotations.Nullable;

/** A tool of the system that could not be run or that failed. The message carries what it said. */
public final class CommandException extends RuntimeException {
    CommandException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
