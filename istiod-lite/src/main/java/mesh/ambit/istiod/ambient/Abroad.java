package mesh.ambit.istiod.ambient;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.kube.ObjectKey;

/**
 * What all endpoints of a Service come to that are on other networks, where clients reach them through those networks'
 * gateways only. One endpoint more or less costs what there are networks and identities, not what there are endpoints.
 * Immutable.
 *
 * @param networks what is on each of them
 * @param identities who may answer there, and how many endpoints are under each identity
 */
record Abroad(SortedMap<String, Share> networks, SortedMap<Identity, Integer> identities) {
    static final Abroad NOTHING = new Abroad(new TreeMap<>(), new TreeMap<>());

    Abroad {
        networks = Collections.unmodifiableSortedMap(networks);
        identities = Collections.unmodifiableSortedMap(identities);
    }

    /**
     * An endpoint of a Service on another network.
     *
     * @param service the Service of our own cluster that has its name
     * @param capacity its weight, unsigned; 1 when it has none
     */
    record Endpoint(ObjectKey service, String network, int capacity, String namespace, String serviceAccount) {}

    /**
     * What is on one network.
     *
     * @param endpoints how many
     * @param capacity the sum of their weights, unsigned
     */
    record Share(int endpoints, int capacity) {}

    /** Who an endpoint is. */
    record Identity(String namespace, String serviceAccount) implements Comparable<Identity> {
        @Override
        public int compareTo(Identity other) {
            int byNamespace = namespace.compareTo(other.namespace);
            return byNamespace != 0 ? byNamespace : serviceAccount.compareTo(other.serviceAccount);
        }
    }

    boolean isEmpty() {
        return networks.isEmpty();
    }

    Abroad plus(Endpoint endpoint) {
        return with(endpoint, 1);
    }

    Abroad minus(Endpoint endpoint) {
        return with(endpoint, -1);
    }

    private Abroad with(Endpoint endpoint, int sign) {
        SortedMap<String, Share> shares = new TreeMap<>(networks);
        Share share = shares.getOrDefault(endpoint.network(), new Share(0, 0));
        Share next = new Share(share.endpoints() + sign, share.capacity() + sign * endpoint.capacity());
        if (next.endpoints() == 0) {
            shares.remove(endpoint.network());
        } else {
            shares.put(endpoint.network(), next);
        }
        SortedMap<Identity, Integer> counts = new TreeMap<>(identities);
        Identity identity = new Identity(endpoint.namespace(), endpoint.serviceAccount());
        int count = counts.getOrDefault(identity, 0) + sign;
        if (count == 0) {
            counts.remove(identity);
        } else {
            counts.put(identity, count);
        }
        return new Abroad(shares, counts);
    }
}
