package mesh.ambit.hbone;

import io.netty.channel.ConnectTimeoutException;
import java.net.NoRouteToHostException;
import java.util.Map;

/** Prints why a socket could not be connected in the words and with the number of the kernel, as the reference does. */
public final class SocketErrors {
    /** Numbers of {@code errno(3)} on Linux. */
    private static final Map<String, Integer> NUMBERS = Map.of(
            "Permission denied", 13,
            "Invalid argument", 22,
            "Cannot assign requested address", 99,
            "Network is unreachable", 101,
            "Connection reset by peer", 104,
            "Connection timed out", 110,
            "Connection refused", 111,
            "Host is down", 112,
            "No route to host", 113);

    private SocketErrors() {}

    /** Returns the reason in a few words; the address is left out, since it stands elsewhere in every line. */
    public static String text(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "deadline has elapsed";
        }
        String message = String.valueOf(cause.getMessage());
        for (Map.Entry<String, Integer> error : NUMBERS.entrySet()) {
            if (message.contains(error.getKey())) {
                return error.getKey() + " (os error " + error.getValue() + ")";
            }
        }
        // The native transport says nothing with these, be it the host or the whole network that cannot be reached.
        return cause instanceof NoRouteToHostException ? "No route to host (os error 113)" : message;
    }
}
