package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import mesh.ambit.hbone.InnerTunnel;
import mesh.ambit.ztunnel.dns.HostResolver;

/**
 * What the outbound sides of all pods share.
 *
 * @param router where connections go
 * @param network our network id, which a peer in another network is told
 * @param settings what goes beyond upstream
 * @param loads what endpoints have to do
 * @param inner makes tunnels inside tunnels
 * @param hosts addresses of workloads known by a host name only
 * @param admission judges routed connections
 */
public record OutboundPlane(
        OutboundRouter router,
        String network,
        OutboundSettings settings,
        EndpointLoads loads,
        InnerTunnel inner,
        HostResolver hosts,
        OutboundAdmission admission) {
    public OutboundPlane {
        requireNonNull(router, "router");
        requireNonNull(network, "network");
        requireNonNull(settings, "settings");
        requireNonNull(loads, "loads");
        requireNonNull(inner, "inner");
        requireNonNull(hosts, "hosts");
        requireNonNull(admission, "admission");
    }
}
