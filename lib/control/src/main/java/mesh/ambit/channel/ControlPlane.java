package mesh.ambit.channel;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A control plane as its clients see it.
 *
 * @param address {@code https://host:port}, the certificate must name the host; any other scheme cannot be connected to
 * @param roots whom to trust
 * @param alternativeName another host name that the certificate may have instead; null if none
 * @param token shown with every call; null if there is none, and then no cluster is named either
 * @param clusterId name of our cluster
 * @param headers further metadata of every call, names in lower case
 */
public record ControlPlane(
        URI address,
        TrustRoots roots,
        @Nullable String alternativeName,
        @Nullable TokenSource token,
        String clusterId,
        Map<String, String> headers) {
    private static final int HTTPS_PORT = 443;

    /** Checks what must be there. */
    public ControlPlane {
        requireNonNull(address.getHost(), "host of the control plane");
        requireNonNull(roots, "roots");
        requireNonNull(clusterId, "clusterId");
        headers = Map.copyOf(headers);
    }

    /** Returns the host, without brackets. */
    public String host() {
        String host = address.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Returns whether TLS is meant, without which nobody is spoken to. */
    public boolean isSecure() {
        return "https".equals(address.getScheme());
    }

    /** Returns the port. */
    public int port() {
        return address.getPort() < 0 ? HTTPS_PORT : address.getPort();
    }

    /**
     * Returns the address that {@code text} means; without a scheme it is {@code https}. Another scheme is an address too,
     * one that no channel will ever lead to.
     *
     * @throws IllegalArgumentException for what is no address
     */
    public static URI parseAddress(String text) {
        String full = text.contains("://") ? text : "https://" + text;
        try {
            URI uri = new URI(full);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("not an address (expected: https://host:port)");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address (expected: https://host:port)", e);
        }
    }

    /**
     * Returns header names in lower case with their values, as {@code XDS_HEADER_*} and {@code CA_HEADER_*} give them.
     *
     * @param found name without the prefix, to value
     * @throws IllegalArgumentException for a name or value that no header can have
     */
    public static SortedMap<String, String> parseHeaders(Map<String, String> found) {
        SortedMap<String, String> headers = new TreeMap<>();
        found.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean fits = !lower.isEmpty()
                    && lower.chars().allMatch(ControlPlane::isNameCharacter)
                    && !lower.endsWith("-bin")
                    && value.chars().allMatch(c -> c >= ' ' && c <= '~');
            if (!fits) {
                throw new IllegalArgumentException("header " + lower + ": name or value does not fit a header");
            }
            headers.put(lower, value);
        });
        return headers;
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    }
}
