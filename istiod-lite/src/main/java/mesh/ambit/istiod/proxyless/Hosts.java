package mesh.ambit.istiod.proxyless;

/** Host names as objects write them. */
final class Hosts {
    private static final String WILDCARD = "*";

    private Hosts() {}

    /** Returns the full name that {@code host} stands for in an object of {@code namespace}. */
    static String full(String host, String namespace, String domainSuffix) {
        return host.isEmpty() || host.indexOf('.') >= 0 || host.startsWith(WILDCARD)
                ? host
                : host + "." + namespace + ".svc." + domainSuffix;
    }

    /** Returns how closely {@code pattern}, a full name or one that begins with a star, fits {@code host}; 0 for not at all. */
    static int fit(String pattern, String host) {
        if (pattern.equals(host)) {
            return Integer.MAX_VALUE;
        }
        boolean fits = pattern.startsWith(WILDCARD)
                && host.endsWith(pattern.substring(1))
                && host.length() >= pattern.length();
        return fits ? pattern.length() : 0;
    }
}
