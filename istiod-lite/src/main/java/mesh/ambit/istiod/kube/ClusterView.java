package mesh.ambit.istiod.kube;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.ClusterIps;
import mesh.ambit.kube.Defaults;
import mesh.ambit.kube.EntryIps;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.ObservedPods;
import mesh.ambit.kube.Problem;

/**
 * The cluster at one moment: declared objects, what the nodes observed, defaults and cluster IPs, put together. What an
 * API server would hold.
 *
 * @param clusterIps addresses assigned by us, by {@code namespace/name}, and {@code namespace/name/host} for a ServiceEntry
 * @param problems everything wrong at the moment
 */
public record ClusterView(ObjectSet objects, Map<String, List<String>> clusterIps, List<Problem> problems) {
    /** A cluster without anything in it. */
    public static final ClusterView EMPTY = new ClusterView(ObjectSet.EMPTY, Map.of(), List.of());

    public ClusterView {
        requireNonNull(objects, "objects");
        requireNonNull(clusterIps, "clusterIps");
        problems = List.copyOf(problems);
    }

    /** Returns the view of two folders, given the addresses assigned before. Pure. */
    public static ClusterView of(
            FolderSnapshot declared, FolderSnapshot observed, Map<String, List<String>> formerIps) {
        ObjectSet merged = Defaults.fill(ObservedPods.overlay(declared.objects(), observed.objects()));
        ClusterIps.Assignment assignment = ClusterIps.assign(merged, formerIps);
        List<Problem> problems = new ArrayList<>(declared.problems());
        problems.addAll(observed.problems());
        problems.addAll(assignment.problems());
        EntryIps.Assignment entries = EntryIps.assign(assignment.objects(), formerIps);
        Map<String, List<String>> record = new TreeMap<>(assignment.record());
        record.putAll(entries.record());
        return new ClusterView(entries.objects(), record, problems);
    }
}
