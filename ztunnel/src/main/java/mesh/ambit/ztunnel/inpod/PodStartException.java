package mesh.ambit.ztunnel.inpod;

import org.jspecify.annotations.Nullable;

/** A pod's listeners could not be opened. The message says which, and goes to the node agent as well. */
public final class PodStartException extends Exception {
    private static final long serialVersionUID = 1L;

    public PodStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
