package mesh.ambit.ztunnel.inpod;

import org.jspecify.annotations.Nullable;

/** A pod's listeners could not be opened. The message says which, and goes to the node agent as well. */
public final class PodStartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Makes one; the message names the listener or the namespace, the cause is null where there is none. */
    public PodStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
