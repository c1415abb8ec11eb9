package mesh.ambit.istiod.proxyless;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadType;
import org.jspecify.annotations.Nullable;

/**
 * Which workload a client is: the pod that it names, if that has one of its addresses, else one of its namespace with one
 * of them. Pods that share the network of their node are found by name alone. Never one that the client was proved not
 * to be.
 *
 * @param workload null when it is none that the mesh knows
 * @param why what was looked for, or stood against it, when it is none; else empty
 */
record Identification(@Nullable Workload workload, String why) {
    static Identification of(ProxylessMesh mesh, Viewer viewer) {
        String objection = "";
        for (Workload candidate : candidates(mesh, viewer)) {
            String against = objection(candidate, viewer);
            if (against.isEmpty()) {
                return new Identification(candidate, "");
            }
            objection = objection.isEmpty() ? against : objection;
        }
        return new Identification(null, objection.isEmpty() ? unknown(mesh, viewer) : objection);
    }

    private static Set<Workload> candidates(ProxylessMesh mesh, Viewer viewer) {
        Set<Workload> candidates = new LinkedHashSet<>();
        String pod = viewer.claim().pod();
        if (!pod.isEmpty()) {
            Stream.of(viewer.claim().cluster(), mesh.settings().clusterId())
                    .map(cluster -> mesh.mesh().findWorkload(cluster + "//Pod/" + viewer.namespace() + "/" + pod))
                    .forEach(found -> add(candidates, found));
        }
        for (InetAddress address : viewer.addresses()) {
            for (String network : networks(mesh, viewer)) {
                add(candidates, mesh.mesh().findWorkload(new NetworkAddress(network, address)));
            }
        }
        candidates.removeIf(candidate -> !candidate.namespace().equals(viewer.namespace()));
        return candidates;
    }

    private static void add(Set<Workload> candidates, @Nullable Workload found) {
        if (found != null) {
            candidates.add(found);
        }
    }

    /** Who names no network is on the mesh's own; workloads that nobody gave one have the empty name. */
    private static List<String> networks(ProxylessMesh mesh, Viewer viewer) {
        return List.of(viewer.network().isEmpty() ? mesh.network() : viewer.network(), "");
    }

    /** Returns why the client is not this workload; empty when it is. */
    private static String objection(Workload candidate, Viewer viewer) {
        Viewer.Claim claim = viewer.claim();
        String name = candidate.namespace() + "/" + candidate.name();
        if (Collections.disjoint(candidate.addresses(), viewer.addresses())) {
            return "pod " + name + " has none of its addresses " + addresses(viewer.addresses()) + " but "
                    + addresses(candidate.addresses());
        }
        if (claim.isProvenPod()
                && !(candidate.workloadType() == WorkloadType.POD
                        && candidate.name().equals(claim.pod()))) {
            return name + " has its address, but it was proved to be pod " + viewer.namespace() + "/" + claim.pod();
        }
        String account = candidate.serviceAccount();
        return claim.account() == null || account.isEmpty() || account.equals(claim.account())
                ? ""
                : name + " runs as service account " + account + ", but it was proved to be " + claim.account();
    }

    private static String unknown(ProxylessMesh mesh, Viewer viewer) {
        List<String> sought = new ArrayList<>();
        if (!viewer.claim().pod().isEmpty()) {
            sought.add("no pod " + viewer.namespace() + "/" + viewer.claim().pod());
        }
        String network = networks(mesh, viewer).getFirst();
        sought.add("no workload of namespace " + viewer.namespace() + " with one of its addresses "
                + addresses(viewer.addresses()) + (network.isEmpty() ? "" : " on network " + network));
        return "there is " + String.join(", and ", sought);
    }

    private static String addresses(List<InetAddress> addresses) {
        return addresses.stream().map(Addresses::print).collect(Collectors.joining(", ", "[", "]"));
    }
}
