package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.TrafficPolicy;
import org.jspecify.annotations.Nullable;

/**
 * How clients treat a cluster, as far as gRPC clients can.
 *
 * @param subset labels that its endpoints must have; null for a subset that nobody declared
 * @param hash by what requests are spread that must stay together; null for none
 * @param leastBusy whether requests go where the fewest are under way, rather than turn by turn; not with a hash
 * @param maxRequests at a time; 0 for no limit
 * @param ejection when an endpoint is left alone for a while; null for never
 * @param tls what is asked of connections
 * @param sans who may answer; empty for the identities of the endpoints
 * @param failsOver whether endpoints in other places are for when the near ones fail
 * @param locality what is said of near and far endpoints; null for nothing
 */
record DestinationPolicy(
        @Nullable Map<String, String> subset,
        @Nullable Hash hash,
        boolean leastBusy,
        int maxRequests,
        @Nullable Ejection ejection,
        Tls tls,
        List<String> sans,
        boolean failsOver,
        TrafficPolicy.@Nullable Locality locality) {
    /** Nothing is said. */
    static final DestinationPolicy NONE =
            new DestinationPolicy(Map.of(), null, false, 0, null, Tls.NONE, List.of(), false, null);

    /** Of a subset of which nothing is known. */
    static final DestinationPolicy UNDECLARED =
            new DestinationPolicy(null, null, false, 0, null, Tls.NONE, List.of(), false, null);

    DestinationPolicy {
        subset = subset == null ? null : Collections.unmodifiableMap(new TreeMap<>(subset));
        requireNonNull(tls, "tls");
        sans = List.copyOf(sans);
    }

    /** What is asked of connections. */
    enum Tls {
        /** Nothing. */
        NONE,
        /** The certificates of the mesh on both sides. */
        MUTUAL,
        /** What a gRPC client cannot be told; rather no connection than one without. */
        IMPOSSIBLE
    }

    /**
     * What requests are spread by.
     *
     * @param header a header of the request; empty for the client itself, all of whose requests go to one endpoint
     * @param ringSize at least so many places on the ring
     */
    record Hash(String header, long ringSize) {
        Hash {
            requireNonNull(header, "header");
        }
    }

    /** When and for how long an endpoint is left alone. Null for the client's default. */
    record Ejection(
            @Nullable Duration interval,
            @Nullable Duration base,
            @Nullable Integer maxPercent) {}

    /** Returns whether connections may not be made at all. */
    boolean isClosed() {
        return tls == Tls.IMPOSSIBLE || subset == null;
    }
}
