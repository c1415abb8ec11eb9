package mesh.ambit.istiod.gateway;

import static java.util.Objects.requireNonNull;

/**
 * What waypoints that we deploy are told of their mesh.
 *
 * @param image of the program
 * @param controlAddress host and port of the controller
 * @param domainSuffix end of every service's host name
 * @param clusterId name of the cluster
 * @param trustDomain of every identity
 */
public record WaypointSettings(
        String image, String controlAddress, String domainSuffix, String clusterId, String trustDomain) {
    public WaypointSettings {
        requireNonNull(image, "image");
        requireNonNull(controlAddress, "controlAddress");
        requireNonNull(domainSuffix, "domainSuffix");
        requireNonNull(clusterId, "clusterId");
        requireNonNull(trustDomain, "trustDomain");
    }
}
