package mesh.ambit.istiod.app;

import java.nio.file.Path;
import java.util.Map;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.MeshSettings;
import org.jspecify.annotations.Nullable;

/**
 * What the controller of a cluster is told beyond what every controller is.
 *
 * @param kubeconfig how to reach the cluster; null to find out as any client does
 * @param waypointImage of waypoints that are deployed for Gateways
 * @param remote further clusters, which Secrets name
 * @param clusterAliases names of clusters by other names under which callers know them
 */
record KubernetesConfig(
        @Nullable Path kubeconfig,
        String waypointImage,
        RemoteClusterSettings remote,
        Map<String, String> clusterAliases) {
    static final String AMBIT_WAYPOINT_IMAGE = "AMBIT_WAYPOINT_IMAGE";

    KubernetesConfig {
        clusterAliases = Map.copyOf(clusterAliases);
    }

    /** Puts flags and environment together. */
    static KubernetesConfig from(
            Environment environment, @Nullable Path kubeconfig, MeshSettings mesh, Map<String, String> clusterAliases) {
        return new KubernetesConfig(
                kubeconfig,
                environment.text(AMBIT_WAYPOINT_IMAGE, "ambit/waypoint:" + AmbitVersion.version()),
                RemoteClusterSettings.from(environment, mesh),
                clusterAliases);
    }

    /** Returns the name of the cluster that a caller knows as {@code name}. */
    String cluster(String name) {
        return clusterAliases.getOrDefault(name, name);
    }
}
