package mesh.ambit.istiod.app;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;

/** Folders of objects of other clusters, by the IDs of these. */
final class ClusterFolders {
    static final String OPTION = "--cluster";

    /** What may be the key of a Secret's data, as which a cluster is known to Kubernetes. */
    private static final String ID = "[-._A-Za-z0-9]{1,253}";

    private ClusterFolders() {}

    /** Returns {@code folders} if each is of a cluster that there can be; what is wrong is noted in {@code environment}. */
    static SortedMap<String, Path> checked(Map<String, Path> folders, MeshSettings mesh, Environment environment) {
        if (!folders.isEmpty() && !mesh.has(Feature.MULTI_NETWORK)) {
            environment.reject(OPTION + " needs " + Feature.MULTI_NETWORK.variable() + "=true");
        }
        SortedMap<String, Path> checked = new TreeMap<>(folders);
        for (String id : folders.keySet()) {
            if (!isId(id)) {
                environment.reject(
                        "invalid flag " + OPTION + "=" + id + "=… (expected: letters, digits, '-', '_', '.')");
            } else if (id.equals(mesh.clusterId())) {
                environment.reject("invalid flag " + OPTION + "=" + id + "=… (that is our own cluster, see "
                        + IstiodLiteConfig.CLUSTER_ID + ")");
            }
        }
        return Collections.unmodifiableSortedMap(checked);
    }

    /** Returns whether {@code id} can be that of a cluster, and the name of a folder. */
    static boolean isId(String id) {
        return id.matches(ID) && !id.equals(".") && !id.equals("..");
    }
}
