package mesh.ambit.istiod.kube.api;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An answer of the API server that is no success. */
public final class ApiException extends IOException {
    /** HTTP status of something that is not there. */
    public static final int NOT_FOUND = 404;

    /** HTTP status of a write that met another one. */
    public static final int CONFLICT = 409;

    /** HTTP status of a version that the server has forgotten. */
    public static final int GONE = 410;

    /** HTTP status of a server that asks for patience. */
    public static final int TOO_MANY_REQUESTS = 429;

    private final int code;
    private final @Nullable Duration retryAfter;

    /**
     * Creates one.
     *
     * @param request what was asked, for people
     * @param retryAfter how long the server asks us to wait; null if it does not say
     */
    public ApiException(String request, int code, String message, @Nullable Duration retryAfter) {
        super(request + ": " + code + (message.isEmpty() ? "" : " " + message));
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** Returns the HTTP status. */
    public int code() {
        return code;
    }

    /** Returns how long the server asks us to wait; null if it does not say. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
