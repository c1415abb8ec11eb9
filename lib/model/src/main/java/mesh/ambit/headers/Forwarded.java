package mesh.ambit.headers;

import org.jspecify.annotations.Nullable;

/**
 * The {@code forwarded} header of a tunnel: who the application's connection came from, and for which service.
 *
 * @param source the address the connection came from, {@code ip:port} with brackets around IPv6
 * @param host the host name of the service that was addressed, or null when none is known
 */
public record Forwarded(String source, @Nullable String host) {
    /** The header's name. */
    public static final String NAME = "forwarded";

    /** The name of the header that tells a destination behind a gateway which network a connection comes from. */
    public static final String NETWORK = "x-forwarded-network";

    private static final String HOST = "host=";

    /** Returns the header's value: {@code for="ip:port"}, then {@code ;host=name} when a service is known. */
    public String print() {
        String peer = "for=\"" + source + "\"";
        return host == null ? peer : peer + ";" + HOST + host;
    }

    /**
     * Returns the host that a header's value names, or null when it names none. Only {@code host=} in lower case
     * counts, quoted or not; text that is not ASCII names nobody.
     */
    public static @Nullable String parseHost(String value) {
        if (value.chars().anyMatch(c -> c >= 128)) {
            return null;
        }
        for (String part : value.split(";", -1)) {
            String pair = part.strip();
            if (pair.startsWith(HOST)) {
                String host = unquote(pair.substring(HOST.length()));
                return host.isEmpty() ? null : host;
            }
        }
        return null;
    }

    private static String unquote(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
