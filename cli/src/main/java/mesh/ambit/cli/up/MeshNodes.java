package mesh.ambit.cli.up;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.kube.Node;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;

/** The nodes of a mesh in the order in which they were met: a node keeps its index for as long as the mesh lives. */
final class MeshNodes {
    private final Map<String, MeshNode> byName = new LinkedHashMap<>();

    /**
     * Returns the names that {@code objects} speak of: Node objects, the nodes that pods name, {@code local} where a pod
     * names none.
     */
    static Set<String> named(ObjectSet objects) {
        Set<String> names = new TreeSet<>();
        for (Node node : objects.nodes()) {
            names.add(node.metadata().name());
        }
        for (Pod pod : objects.pods()) {
            names.add(nodeOf(pod));
        }
        return names;
    }

    static String nodeOf(Pod pod) {
        return pod.nodeName().isEmpty() ? MeshNode.LOCAL : pod.nodeName();
    }

    /** Takes up the nodes that are new in {@code objects}, and returns those. */
    List<MeshNode> takeUp(ObjectSet objects) {
        List<MeshNode> added = new ArrayList<>();
        for (String name : named(objects)) {
            if (!byName.containsKey(name)) {
                MeshNode node = new MeshNode(name, byName.size() + 1);
                byName.put(name, node);
                added.add(node);
            }
        }
        return List.copyOf(added);
    }
}
