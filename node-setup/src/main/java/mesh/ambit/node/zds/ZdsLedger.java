package mesh.ambit.node.zds;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import mesh.ambit.node.zds.ZdsRequest.Add;
import mesh.ambit.node.zds.ZdsRequest.Del;
import mesh.ambit.node.zds.ZdsRequest.SnapshotSent;
import org.jspecify.annotations.Nullable;

/**
 * Which ztunnel is told what, and what each has acknowledged. Two generations may be connected at a time: pods are
 * added to the newest and taken from all. Does no I/O: every change returns what is to be sent. Not thread-safe.
 */
final class ZdsLedger {
    private final Map<String, ZdsWorkload> workloads = new LinkedHashMap<>();
    private final SequencedMap<Integer, Generation> generations = new LinkedHashMap<>();

    /** A request and the connection it is for. */
    record Send(int connection, ZdsRequest request) {}

    /** What one connection has been told and has answered. */
    private static final class Generation {
        private final Set<String> told = new HashSet<>();
        private final Set<String> acknowledged = new HashSet<>();
        private final Map<String, String> rejected = new HashMap<>();
        private boolean synced;
    }

    /** A ztunnel has connected: it is told of every pod. */
    List<Send> connect(int connection) {
        generations.put(connection, new Generation());
        List<Send> sends = new ArrayList<>(tell(connection, workloads.values()));
        sends.add(new Send(connection, new SnapshotSent()));
        return sends;
    }

    /** A ztunnel has gone: the one before it is told what only the other knew. */
    List<Send> lost(int connection) {
        boolean wasNewest = isNewest(connection);
        generations.remove(connection);
        if (!wasNewest || generations.isEmpty()) {
            return List.of();
        }
        int newest = generations.lastEntry().getKey();
        Generation generation = generations.lastEntry().getValue();
        return tell(
                newest,
                workloads.values().stream()
                        .filter(workload -> !generation.told.contains(workload.uid()))
                        .toList());
    }

    /** A pod is there, or has changed, or is to be tried again. */
    List<Send> add(ZdsWorkload workload) {
        workloads.put(workload.uid(), workload);
        return generations.isEmpty() ? List.of() : tell(generations.lastEntry().getKey(), List.of(workload));
    }

    /** A pod is gone, or has left the mesh. */
    List<Send> remove(String uid) {
        if (workloads.remove(uid) == null) {
            return List.of();
        }
        List<Send> sends = new ArrayList<>();
        generations.forEach((connection, generation) -> {
            generation.acknowledged.remove(uid);
            generation.rejected.remove(uid);
            if (generation.told.remove(uid)) {
                sends.add(new Send(connection, new Del(uid)));
            }
        });
        return sends;
    }

    /** A ztunnel has answered: with an error, or with null for success. */
    void answered(int connection, ZdsRequest request, @Nullable String error) {
        Generation generation = generations.get(connection);
        if (generation == null) {
            return;
        }
        switch (request) {
            case Add(ZdsWorkload workload) -> {
                // It may have been removed while the answer was under way.
                if (generation.told.contains(workload.uid())) {
                    if (error == null) {
                        generation.acknowledged.add(workload.uid());
                        generation.rejected.remove(workload.uid());
                    } else {
                        generation.acknowledged.remove(workload.uid());
                        generation.rejected.put(workload.uid(), error);
                    }
                }
            }
            case SnapshotSent() -> generation.synced = error == null;
            case Del(String _) -> {}
        }
    }

    /** Returns the pod with this uid, or null if it is not to be served any more. */
    @Nullable
    ZdsWorkload find(String uid) {
        return workloads.get(uid);
    }

    ZdsStatus status() {
        Set<String> acknowledged = new HashSet<>();
        int synced = 0;
        for (Generation generation : generations.values()) {
            acknowledged.addAll(generation.acknowledged);
            synced += generation.synced ? 1 : 0;
        }
        Map<String, String> rejected =
                generations.isEmpty() ? Map.of() : generations.lastEntry().getValue().rejected;
        return new ZdsStatus(synced, acknowledged, rejected);
    }

    private List<Send> tell(int connection, Collection<ZdsWorkload> added) {
        Generation generation = generations.get(connection);
        List<Send> sends = new ArrayList<>();
        for (ZdsWorkload workload : added) {
            if (generation != null) {
                generation.told.add(workload.uid());
                generation.rejected.remove(workload.uid());
            }
            sends.add(new Send(connection, new Add(workload)));
        }
        return sends;
    }

    private boolean isNewest(int connection) {
        return !generations.isEmpty() && generations.lastEntry().getKey() == connection;
    }
}
