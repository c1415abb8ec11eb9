package mesh.ambit.model;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workloads of a snapshot under every key that something asks for. Lists hold their workloads in the order in which
 * they were stored, the last one last.
 */
record WorkloadIndex(
        PersistentMap<String, Workload> byUid,
        PersistentMap<NetworkAddress, List<Workload>> byAddress,
        PersistentMap<WorkloadInfo, List<Workload>> byInfo,
        PersistentMap<NamespacedHostname, List<Workload>> byHostname) {
    static final WorkloadIndex EMPTY = new WorkloadIndex(
            PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty());

    /** The part of a uid by which a pod wins over whatever else claims its address. */
    private static final String POD_UID = "//Pod/";

    /** Most news of a workload leaves its keys as they are: those are written once, not taken away and put back. */
    WorkloadIndex with(Workload workload) {
        Workload former = byUid.find(workload.uid());
        List<InetAddress> ways = workload.networkMode() == NetworkMode.STANDARD ? workload.addresses() : List.of();
        WorkloadInfo info = WorkloadInfo.of(workload);
        NamespacedHostname hostname = hostname(workload);
        PersistentMap<NetworkAddress, List<Workload>> addresses = byAddress;
        PersistentMap<WorkloadInfo, List<Workload>> infos = byInfo;
        PersistentMap<NamespacedHostname, List<Workload>> hostnames = byHostname;
        if (former != null) {
            boolean moved = !former.network().equals(workload.network());
            for (InetAddress address : former.addresses()) {
                if (moved || !ways.contains(address)) {
                    addresses = removed(addresses, new NetworkAddress(former.network(), address), former);
                }
            }
            if (!WorkloadInfo.of(former).equals(info)) {
                infos = removed(infos, WorkloadInfo.of(former), former);
            }
            if (!hostname(former).equals(hostname)) {
                hostnames = removed(hostnames, hostname(former), former);
            }
        }
        for (InetAddress address : ways) {
            addresses = stored(addresses, new NetworkAddress(workload.network(), address), workload);
        }
        if (!workload.hostname().isEmpty()) {
            hostnames = stored(hostnames, hostname, workload);
        }
        return new WorkloadIndex(
                byUid.with(workload.uid(), workload), addresses, stored(infos, info, workload), hostnames);
    }

    WorkloadIndex without(String uid) {
        Workload workload = byUid.find(uid);
        if (workload == null) {
            return this;
        }
        PersistentMap<NetworkAddress, List<Workload>> addresses = byAddress;
        for (InetAddress address : workload.addresses()) {
            addresses = removed(addresses, new NetworkAddress(workload.network(), address), workload);
        }
        return new WorkloadIndex(
                byUid.without(uid),
                addresses,
                removed(byInfo, WorkloadInfo.of(workload), workload),
                removed(byHostname, hostname(workload), workload));
    }

    /** Returns the workload at an address: a pod first, then one that speaks HBONE, then the one stored last. */
    @Nullable
    Workload at(NetworkAddress address) {
        List<Workload> candidates = byAddress.find(address);
        if (candidates == null) {
            return null;
        }
        Workload best = candidates.getFirst();
        for (int i = 1; i < candidates.size(); i++) {
            Workload candidate = candidates.get(i);
            if (rank(candidate) >= rank(best)) {
                best = candidate;
            }
        }
        return best;
    }

    /** Returns the workload that a pod stands for, on {@code node} unless that is null; the one stored last. */
    @Nullable
    Workload local(WorkloadInfo info, @Nullable String node) {
        List<Workload> candidates = byInfo.find(info);
        if (candidates == null) {
            return null;
        }
        for (Workload candidate : candidates.reversed()) {
            if (node == null || candidate.node().equals(node)) {
                return candidate;
            }
        }
        return null;
    }

    private static int rank(Workload workload) {
        int pod = workload.uid().contains(POD_UID) ? 2 : 0;
        return workload.tunnelProtocol() == TunnelProtocol.HBONE ? pod + 1 : pod;
    }

    private static NamespacedHostname hostname(Workload workload) {
        return new NamespacedHostname(workload.namespace(), workload.hostname());
    }

    /** Puts {@code workload} last under {@code key}, in place of what is known of it there. */
    private static <K> PersistentMap<K, List<Workload>> stored(
            PersistentMap<K, List<Workload>> index, K key, Workload workload) {
        List<Workload> there = index.findOr(key, List.of());
        if (there.isEmpty() || (there.size() == 1 && there.getFirst().uid().equals(workload.uid()))) {
            return index.with(key, List.of(workload));
        }
        List<Workload> next = new ArrayList<>(there.size() + 1);
        next.addAll(there);
        next.removeIf(w -> w.uid().equals(workload.uid()));
        next.add(workload);
        return index.with(key, List.copyOf(next));
    }

    private static <K> PersistentMap<K, List<Workload>> removed(
            PersistentMap<K, List<Workload>> index, K key, Workload workload) {
        List<Workload> there = index.find(key);
        if (there == null) {
            return index;
        }
        List<Workload> next = new ArrayList<>(there);
        next.removeIf(w -> w.uid().equals(workload.uid()));
        return next.isEmpty() ? index.without(key) : index.with(key, List.copyOf(next));
    }
}
