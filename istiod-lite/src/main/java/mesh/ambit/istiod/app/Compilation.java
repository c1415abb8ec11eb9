package mesh.ambit.istiod.app;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.ambient.NodeScope;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.istiod.proxyless.ProxylessIndex;
import mesh.ambit.istiod.proxyless.ProxylessJson;
import mesh.ambit.istiod.proxyless.ProxylessMesh;
import mesh.ambit.istiod.push.MeshJson;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.Reading;

/**
 * What the controller makes of a folder, computed without running it.
 *
 * @param resources message names, and below each the resources by their xDS name, everything in a fixed order
 * @param problems objects and files that count for nothing because they are wrong, one line each
 * @param remarks what is enforced otherwise than written, or could not be known, one line each
 */
public record Compilation(JsonObject resources, List<String> problems, List<String> remarks) {
    public Compilation {
        problems = List.copyOf(problems);
        remarks = List.copyOf(remarks);
    }

    /**
     * Computes what {@code folder} says.
     *
     * @param clusters folders of other clusters by their IDs
     * @param reading {@code CHECKED} takes the folder as the controller would; {@code AS_STORED} takes every object as it
     *     is, from a store that fills in, derives and checks nothing
     * @param node only what matters on this node; empty for the whole mesh
     * @param environment the controller's variables
     * @throws FolderException when there is no such folder
     * @throws ConfigException when a variable is wrong
     */
    public static Compilation of(
            Path folder, Map<String, Path> clusters, Reading reading, String node, Environment environment) {
        Computed computed = compute(folder, clusters, reading, environment);
        MeshState state = computed.state();
        List<String> remarks = new ArrayList<>(computed.remarks());
        MeshState shown =
                node.isEmpty() ? state : NodeScope.of(state, computed.settings().clusterId(), node);
        if (!node.isEmpty() && shown.addresses().isEmpty()) {
            remarks.add("no workload is on node " + node);
        }
        return new Compilation(MeshJson.of(shown), computed.problems(), remarks);
    }

    /**
     * Computes what gRPC clients and servers that use xDS themselves are told about {@code folder}.
     *
     * @param clusters folders of other clusters by their IDs
     * @param node where the clients are; empty for nowhere
     * @param namespace of the clients; empty for each service's own
     * @throws FolderException when there is no such folder
     * @throws ConfigException when a variable is wrong
     */
    public static Compilation proxyless(
            Path folder,
            Map<String, Path> clusters,
            Reading reading,
            String node,
            String namespace,
            Environment environment) {
        Computed computed = compute(folder, clusters, reading, environment);
        ProxylessMesh mesh = new ProxylessIndex(computed.settings())
                .begin(
                        computed.state().addresses().values(),
                        computed.state().authorizations().values(),
                        computed.objects().all());
        ProxylessJson json = ProxylessJson.of(mesh, namespace, node);
        List<String> remarks = new ArrayList<>(computed.remarks());
        remarks.addAll(json.remarks());
        return new Compilation(json.resources(), computed.problems(), remarks);
    }

    private record Computed(
            MeshSettings settings, ObjectSet objects, MeshState state, List<String> problems, List<String> remarks) {}

    private static Computed compute(Path folder, Map<String, Path> clusters, Reading reading, Environment environment) {
        MeshSettings settings = IstiodLiteConfig.mesh(environment, MeshSettings.DEFAULT.domainSuffix());
        SortedMap<String, Path> folders = ClusterFolders.checked(clusters, settings, environment);
        environment.throwIfInvalid();
        Loaded own = Loaded.from(folder, reading);
        SortedMap<String, Loaded> others = new TreeMap<>();
        folders.forEach((id, path) -> others.put(id, Loaded.from(path, reading)));
        SortedMap<String, ObjectSet> theirs = new TreeMap<>();
        others.forEach((id, loaded) -> theirs.put(id, loaded.pods().objects()));

        MeshState state = own.pods()
                .without(settings.clusterId(), AmbientIndex.compute(own.pods().objects(), theirs, settings));
        List<Problem> problems = new ArrayList<>(own.problems());
        int assumed = own.pods().uids().size();
        for (Map.Entry<String, Loaded> other : others.entrySet()) {
            state = other.getValue().pods().without(other.getKey(), state);
            problems.addAll(other.getValue().problems());
            assumed += other.getValue().pods().uids().size();
        }
        List<String> remarks = new ArrayList<>();
        if (assumed > 0) {
            remarks.add(assumed + " pods are taken as running; their addresses are known once they do");
        }
        remarks.addAll(state.warnings());
        return new Computed(
                settings,
                own.objects(),
                state,
                problems.stream().map(Problem::message).toList(),
                remarks);
    }

    /** A folder as it is, and with its pods running. */
    private record Loaded(ObjectSet objects, AssumedPods pods, List<Problem> problems) {
        static Loaded from(Path folder, Reading reading) {
            FolderSnapshot snapshot = FolderSource.read(folder, reading);
            if (reading == Reading.AS_STORED) {
                return new Loaded(
                        snapshot.objects(), new AssumedPods(snapshot.objects(), Set.of()), snapshot.problems());
            }
            ClusterView view = ClusterView.of(snapshot, FolderSnapshot.EMPTY, Map.of());
            return new Loaded(view.objects(), AssumedPods.in(view.objects()), view.problems());
        }
    }
}
