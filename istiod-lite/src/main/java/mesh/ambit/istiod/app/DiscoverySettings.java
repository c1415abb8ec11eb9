package mesh.ambit.istiod.app;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import mesh.ambit.config.Durations;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.push.PacedTrigger.Pace;
import org.jspecify.annotations.Nullable;

/**
 * How the mesh is told to the proxies.
 *
 * @param pushInterval the longest that a change waits for the next push
 * @param pushThrottle how many proxies are pushed to at once
 * @param streamsPerSecond how many discovery streams may begin in a second
 * @param maxConnections how many connections a port may have; 0 for as many as fit the machine
 * @param maxStreams how many calls one connection may have
 * @param maxRequestBytes length of the longest request
 * @param keepaliveInterval how often a silent connection is asked whether it lives
 * @param keepaliveTimeout how long the answer may take
 * @param maxConnectionAge when a connection is asked to be made anew
 * @param plaintext a loopback address without TLS and authentication; null for none
 * @param debugNamespaces whose callers may see all debug pages, besides those of the system namespace
 */
record DiscoverySettings(
        Duration pushInterval,
        int pushThrottle,
        int streamsPerSecond,
        int maxConnections,
        int maxStreams,
        int maxRequestBytes,
        Duration keepaliveInterval,
        Duration keepaliveTimeout,
        Duration maxConnectionAge,
        @Nullable InetSocketAddress plaintext,
        Set<String> debugNamespaces) {
    static final String PILOT_DEBOUNCE_AFTER = "PILOT_DEBOUNCE_AFTER";
    static final String PILOT_PUSH_THROTTLE = "PILOT_PUSH_THROTTLE";
    static final String PILOT_MAX_REQUESTS_PER_SECOND = "PILOT_MAX_REQUESTS_PER_SECOND";
    static final String AMBIT_MAX_CONNECTIONS = "AMBIT_MAX_CONNECTIONS";
    static final String ISTIO_GPRC_MAXSTREAMS = "ISTIO_GPRC_MAXSTREAMS";
    static final String ISTIO_GPRC_MAXRECVMSGSIZE = "ISTIO_GPRC_MAXRECVMSGSIZE";
    static final String DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES = "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES";

    private static final Duration DEFAULT_PUSH_INTERVAL = Duration.ofMillis(100);
    private static final Duration MAX_PUSH_INTERVAL = Duration.ofSeconds(10);

    /** Pushes are never closer, so that what one rollout changes within a moment goes out together. */
    private static final Duration SHORTEST_PUSH_INTERVAL = Duration.ofMillis(3);

    /** Upstream's measure of how many streams a machine can begin in a second, or push to at once. */
    private static final int MAX_BY_PROCESSORS = 100;

    /** A reconnecting client lists every name and version it holds, about 100 bytes each. Upstream's 4 MiB are too few. */
    private static final int MAX_REQUEST_BYTES = 256 << 20;

    private static final int MANY = 1_000_000;

    DiscoverySettings {
        debugNamespaces = Set.copyOf(debugNamespaces);
    }

    static DiscoverySettings from(DiscoveryOptions options, Environment environment, int processors) {
        int byProcessors = Math.min(15 + 5 * processors, MAX_BY_PROCESSORS);
        return new DiscoverySettings(
                environment.value(PILOT_DEBOUNCE_AFTER, DEFAULT_PUSH_INTERVAL, DiscoverySettings::pushInterval),
                orDefault(environment.number(PILOT_PUSH_THROTTLE, 0, 0, MANY), byProcessors),
                orDefault(environment.number(PILOT_MAX_REQUESTS_PER_SECOND, 0, 0, MANY), byProcessors),
                environment.number(AMBIT_MAX_CONNECTIONS, 0, 0, MANY),
                environment.number(ISTIO_GPRC_MAXSTREAMS, 100_000, 1, Integer.MAX_VALUE),
                environment.number(ISTIO_GPRC_MAXRECVMSGSIZE, MAX_REQUEST_BYTES, 1024, Integer.MAX_VALUE),
                duration("--keepaliveInterval", options.keepaliveInterval, environment),
                duration("--keepaliveTimeout", options.keepaliveTimeout, environment),
                duration("--keepaliveMaxServerConnectionAge", options.keepaliveMaxServerConnectionAge, environment),
                plaintext(options.plaintextAddr, environment),
                environment.value(DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES, Set.of(), DiscoverySettings::namespaces));
    }

    /** Returns how far pushes are apart. */
    Pace pace() {
        return new Pace(SHORTEST_PUSH_INTERVAL, pushInterval);
    }

    /** Returns the settings by their names, for a person to read. */
    Map<String, String> describe() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(PILOT_DEBOUNCE_AFTER, pushInterval.toString());
        values.put(PILOT_PUSH_THROTTLE, Integer.toString(pushThrottle));
        values.put(PILOT_MAX_REQUESTS_PER_SECOND, Integer.toString(streamsPerSecond));
        values.put(AMBIT_MAX_CONNECTIONS, Integer.toString(maxConnections));
        values.put(ISTIO_GPRC_MAXSTREAMS, Integer.toString(maxStreams));
        values.put(ISTIO_GPRC_MAXRECVMSGSIZE, Integer.toString(maxRequestBytes));
        values.put(DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES, String.join(",", debugNamespaces));
        values.put("keepaliveInterval", keepaliveInterval.toString());
        values.put("keepaliveTimeout", keepaliveTimeout.toString());
        values.put("keepaliveMaxServerConnectionAge", maxConnectionAge.toString());
        values.put("plaintext-address", plaintext == null ? "" : plaintext.toString());
        return values;
    }

    /** Upstream writes 0 for what it computes itself. */
    private static int orDefault(int value, int fallback) {
        return value == 0 ? fallback : value;
    }

    private static Duration pushInterval(String text) {
        Duration interval = Durations.parse(text);
        if (interval.compareTo(MAX_PUSH_INTERVAL) > 0) {
            throw new IllegalArgumentException("too long, expected: at most 10s");
        }
        return interval;
    }

    private static Duration duration(String flag, String text, Environment environment) {
        try {
            Duration duration = Durations.parse(text);
            if (duration.compareTo(Duration.ofSeconds(1)) >= 0) {
                return duration;
            }
            environment.reject("invalid flag " + flag + "=" + text + " (expected: at least 1s)");
        } catch (IllegalArgumentException e) {
            environment.reject("invalid flag " + flag + "=" + text + " (" + e.getMessage() + ")");
        }
        return Duration.ofSeconds(1);
    }

    private static @Nullable InetSocketAddress plaintext(String text, Environment environment) {
        if (text.isEmpty()) {
            return null;
        }
        InetSocketAddress address = IstiodLiteConfig.address("--plaintext-address", text, environment);
        if (!address.getAddress().isLoopbackAddress()) {
            environment.reject("invalid flag --plaintext-address=" + text
                    + " (expected: a loopback address, as nobody has to prove there who he is)");
            return null;
        }
        return address;
    }

    private static Set<String> namespaces(String text) {
        Set<String> namespaces = new LinkedHashSet<>();
        for (String namespace : text.split(",", -1)) {
            if (!namespace.isBlank()) {
                namespaces.add(namespace.strip());
            }
        }
        return namespaces;
    }
}
