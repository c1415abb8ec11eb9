package mesh.ambit.istiod.gateway;

import static java.util.Objects.requireNonNull;

/**
 * What waypoints that we deploy are told of their mesh.
 *
 * @param image of the program
 * @param controlAddress host and port of the controller
 * @param domainSuffix end of every service's host name
 * @param clusterId name of the cluster
 * @param network of the cluster; empty where it has no name
 * @param trustDomain of every identity
 * @param revision of the controller
 * @param systemNamespace where the controller is, and the ConfigMaps of defaults
 * @param clusterTrustBundle name of the ClusterTrustBundle that roots are in; empty where a ConfigMap has them
 */
public record WaypointSettings(
        String image,
        String controlAddress,
        String domainSuffix,
        String clusterId,
        String network,
        String trustDomain,
        String revision,
        String systemNamespace,
        String clusterTrustBundle) {
    public WaypointSettings {
        requireNonNull(image, "image");
        requireNonNull(controlAddress, "controlAddress");
        requireNonNull(domainSuffix, "domainSuffix");
        requireNonNull(clusterId, "clusterId");
        requireNonNull(network, "network");
        requireNonNull(trustDomain, "trustDomain");
        requireNonNull(revision, "revision");
        requireNonNull(systemNamespace, "systemNamespace");
        requireNonNull(clusterTrustBundle, "clusterTrustBundle");
    }
}
