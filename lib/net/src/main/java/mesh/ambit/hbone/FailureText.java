package mesh.ambit.hbone;

import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prints exceptions of TLS and sockets the way operators of the mesh know them. */
final class FailureText {
    /** How the two TLS libraries name an alert: {@code SSLV3_ALERT_CERTIFICATE_UNKNOWN}, {@code ... alert: unknown_ca}. */
    private static final Pattern ALERT =
            Pattern.compile("(?:_ALERT_|fatal alert: )([A-Za-z_]+)", Pattern.CASE_INSENSITIVE);

    private FailureText() {}

    /** Returns what happened, as briefly as its cause allows. */
    static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String alert = alertIn(cause.getMessage());
            if (alert != null) {
                return "received fatal alert: " + alert;
            }
        }
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 10; depth++) {
            root = root.getCause();
        }
        if (root instanceof ClosedChannelException) {
            return "connection closed by peer";
        }
        String message = root.getMessage();
        if (message == null || message.isEmpty()) {
            return root.getClass().getSimpleName();
        }
        return message.contains("Connection reset") ? "connection reset" : message;
    }

    private static @Nullable String alertIn(@Nullable String message) {
        if (message == null) {
            return null;
        }
        Matcher matcher = ALERT.matcher(message);
        return matcher.find() ? camelCase(matcher.group(1)) : null;
    }

    /** Returns {@code CertificateUnknown} for {@code CERTIFICATE_UNKNOWN}, and {@code UnknownCA} for {@code UNKNOWN_CA}. */
    private static String camelCase(String alert) {
        StringBuilder name = new StringBuilder();
        for (String word : alert.toLowerCase(Locale.ROOT).split("_", -1)) {
            if (word.equals("ca")) {
                name.append("CA");
            } else if (!word.isEmpty()) {
                name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return name.toString();
    }
}
