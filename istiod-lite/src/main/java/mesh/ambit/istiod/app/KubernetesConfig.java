package mesh.ambit.istiod.app;

import java.nio.file.Path;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/**
 * What the controller of a cluster is told beyond what every controller is.
 *
 * @param kubeconfig how to reach the cluster; null to find out as any client does
 * @param waypointImage of waypoints that are deployed for Gateways
 */
record KubernetesConfig(@Nullable Path kubeconfig, String waypointImage) {
    static final String AMBIT_WAYPOINT_IMAGE = "AMBIT_WAYPOINT_IMAGE";

    /** Reads the environment. */
    static KubernetesConfig from(Environment environment, @Nullable Path kubeconfig) {
        return new KubernetesConfig(
                kubeconfig, environment.text(AMBIT_WAYPOINT_IMAGE, "ambit/waypoint:" + AmbitVersion.version()));
    }
}
