package mesh.ambit.istiod.kube.api;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** What a failure says to a person. */
final class Failures {
    /** Causes may form a circle. */
    private static final int MAX_DEPTH = 20;

    private Failures() {}

    /** Returns the reason at the bottom of {@code failure}, in one line. */
    static String reason(Throwable failure) {
        Throwable at = failure;
        String reason = null;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++) {
            String own = own(at);
            if (own != null) {
                reason = own;
            }
            at = at.getCause();
        }
        String text = reason == null ? failure.getClass().getSimpleName() : reason;
        return text.lines().findFirst().orElse(text);
    }

    private static @Nullable String own(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case UnresolvedAddressException _, UnknownHostException _ -> "the name does not resolve";
            case ConnectException _ when message == null -> "connection refused";
            // What the client library says when it was closed while something was under way.
            case RejectedExecutionException _ -> "the connection was given up";
            default -> message == null || message.isBlank() ? null : message;
        };
    }
}
