package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.Locality;

/**
 * The client for whom resources are made, as far as they depend on it.
 *
 * @param namespace where it runs: decides what it sees
 * @param domain what completes a short host name, {@code <namespace>.svc.cluster.local}
 * @param labels what it says its labels are
 * @param addresses its own, the first one first
 * @param network the network it is in; empty when it does not say
 * @param locality where it says it runs
 * @param node the node it says it runs on; may be empty
 */
public record Viewer(
        String namespace,
        String domain,
        SortedMap<String, String> labels,
        List<InetAddress> addresses,
        String network,
        Locality locality,
        String node) {
    public Viewer {
        requireNonNull(namespace, "namespace");
        requireNonNull(domain, "domain");
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        addresses = List.copyOf(addresses);
        requireNonNull(network, "network");
        requireNonNull(locality, "locality");
        requireNonNull(node, "node");
    }

    /** Returns a client of which nothing but its namespace is known. */
    public static Viewer in(String namespace, String domainSuffix) {
        return new Viewer(
                namespace, namespace + ".svc." + domainSuffix, new TreeMap<>(), List.of(), "", Locality.NONE, "");
    }
}
