package mesh.ambit.ztunnel.inpod;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;

/** Says briefly why a plain connection was not made; the address stands elsewhere in the line. */
public final class SocketFailure {
    private SocketFailure() {}

    /** Returns the reason in a few words. */
    public static String text(Throwable cause) {
        return switch (cause) {
            case ConnectTimeoutException _ -> "connection timed out";
            case NoRouteToHostException _ -> "No route to host";
            case ConnectException refused when isRefusal(refused) -> "Connection refused";
            default -> String.valueOf(cause.getMessage());
        };
    }

    private static boolean isRefusal(ConnectException e) {
        return e.getMessage() != null && e.getMessage().contains("Connection refused");
    }
}
