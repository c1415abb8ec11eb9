package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.Locality;
import org.jspecify.annotations.Nullable;

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
 * @param claim which of the workloads of its namespace it is, as it says and as was proved
 */
public record Viewer(
        String namespace,
        String domain,
        SortedMap<String, String> labels,
        List<InetAddress> addresses,
        String network,
        Locality locality,
        String node,
        Claim claim) {
    public Viewer {
        requireNonNull(namespace, "namespace");
        requireNonNull(domain, "domain");
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        addresses = List.copyOf(addresses);
        requireNonNull(network, "network");
        requireNonNull(locality, "locality");
        requireNonNull(node, "node");
        requireNonNull(claim, "claim");
    }

    /**
     * By what a client is known among the workloads of its namespace, beside its addresses.
     *
     * @param pod name of its pod; empty when it names none
     * @param cluster the cluster it says it is in; may be empty
     * @param account the service account that it was proved to be; null where nobody asks for a proof
     * @param isProvenPod whether {@code pod} was proved as well, so that it is no other workload
     */
    public record Claim(
            String pod, String cluster, @Nullable String account, boolean isProvenPod) {
        /** Says and proves nothing. */
        public static final Claim NONE = new Claim("", "", null, false);

        public Claim {
            requireNonNull(pod, "pod");
            requireNonNull(cluster, "cluster");
        }
    }

    /** Creates one that has nothing but its addresses to be known by. */
    public Viewer(
            String namespace,
            String domain,
            SortedMap<String, String> labels,
            List<InetAddress> addresses,
            String network,
            Locality locality,
            String node) {
        this(namespace, domain, labels, addresses, network, locality, node, Claim.NONE);
    }

    /** Returns the same with another claim. */
    public Viewer claiming(Claim other) {
        return new Viewer(namespace, domain, labels, addresses, network, locality, node, other);
    }

    /** Returns a client of which nothing but its namespace is known. */
    public static Viewer in(String namespace, String domainSuffix) {
        return new Viewer(
                namespace, namespace + ".svc." + domainSuffix, new TreeMap<>(), List.of(), "", Locality.NONE, "");
    }
}
