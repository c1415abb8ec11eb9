package mesh.ambit.ztunnel.app;

import io.netty.channel.unix.Errors.NativeIoException;
import java.net.InetSocketAddress;
import java.util.Map;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.ztunnel.inpod.PodStartException;
import org.jspecify.annotations.Nullable;

/** A listener that could not be opened, as upstream tells its node agent: the address, the error's number and its text. */
final class BindFailure {
    /** Names of {@code errno(3)} on Linux as upstream's language groups them. */
    private static final Map<Integer, String> KINDS = Map.of(
            1, "PermissionDenied",
            11, "WouldBlock",
            12, "OutOfMemory",
            13, "PermissionDenied",
            22, "InvalidInput",
            98, "AddrInUse",
            99, "AddrNotAvailable");

    private BindFailure() {}

    static PodStartException of(InetSocketAddress address, Throwable cause) {
        return new PodStartException("Bind(" + text(address) + ", " + reason(cause) + ")", cause);
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        // The longest run of zeros is left out; of the addresses that are listened on only two have one.
        String ip = host.equals("0:0:0:0:0:0:0:0") ? "::" : host.equals("0:0:0:0:0:0:0:1") ? "::1" : host;
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
    }

    private static String reason(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            int number = number(at);
            if (number != 0) {
                return "Os { code: " + number + ", kind: " + KINDS.getOrDefault(number, "Uncategorized")
                        + ", message: \"" + afterColon(at.getMessage()) + "\" }";
            }
        }
        return String.valueOf(cause.getMessage());
    }

    private static int number(Throwable cause) {
        return switch (cause) {
            case LinuxException e -> e.errno();
            case NativeIoException e -> Math.abs(e.expectedErr());
            default -> 0;
        };
    }

    /** Returns the system's words: before them stands the call that failed. */
    private static String afterColon(@Nullable String message) {
        String text = String.valueOf(message);
        return text.substring(text.lastIndexOf(": ") + 1).strip();
    }
}
