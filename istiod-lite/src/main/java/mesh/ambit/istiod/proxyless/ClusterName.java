package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The name of a cluster, and of the routes to a service: {@code outbound|<port>|<subset>|<host>}, as the reference
 * writes it.
 *
 * @param subset empty for the whole service
 */
record ClusterName(int port, String subset, String host) {
    /** A cluster without endpoints, for what must not go anywhere. */
    static final String NOWHERE = "BlackHoleCluster";

    private static final String DIRECTION = "outbound|";
    private static final int MAX_PORT = 65_535;

    ClusterName {
        requireNonNull(subset, "subset");
        requireNonNull(host, "host");
    }

    /** Returns the name in {@code text}, or null if it is none. */
    static @Nullable ClusterName parse(String text) {
        if (!text.startsWith(DIRECTION)) {
            return null;
        }
        int subsetAt = text.indexOf('|', DIRECTION.length());
        int hostAt = subsetAt < 0 ? -1 : text.indexOf('|', subsetAt + 1);
        if (hostAt < 0 || hostAt == text.length() - 1) {
            return null;
        }
        int port = port(text.substring(DIRECTION.length(), subsetAt));
        return port == 0
                ? null
                : new ClusterName(port, text.substring(subsetAt + 1, hostAt), text.substring(hostAt + 1));
    }

    /** Returns the port that {@code text} names, or 0 if it names none. */
    static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        int port = Integer.parseInt(text);
        return port <= MAX_PORT ? port : 0;
    }

    @Override
    public String toString() {
        return DIRECTION + port + "|" + subset + "|" + host;
    }
}
