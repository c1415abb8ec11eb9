package mesh.ambit.state;

import org.jspecify.annotations.Nullable;

/** A state folder or file that cannot be used; the message names it. */
public final class StateException extends Exception {
    private static final long serialVersionUID = 1L;

    public StateException(String message) {
        super(message);
    }

    StateException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
