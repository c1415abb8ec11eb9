package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.random.RandomGenerator;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Hbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Passthrough;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Reason;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Refused;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a captured outbound connection goes.
 *
 * <p>Reads the snapshot and its arguments and nothing else: no I/O, no clock, no state. The random source is an
 * argument so that a test can fix the endpoint it picks. Thread-safe.
 */
public final class OutboundRouter {
    /** Where every HBONE peer listens for tunnels. */
    static final int HBONE_PORT = 15008;

    private final String network;
    /** Ports this ztunnel listens on inside the pod; a loopback dial to one of them would loop. */
    private final Set<Integer> ownPorts;

    public OutboundRouter(String network, Set<Integer> ownPorts) {
        this.network = requireNonNull(network, "network");
        this.ownPorts = Set.copyOf(ownPorts);
    }

    /** Returns whether {@code destination} is one of our own listeners, reached over loopback. */
    boolean isSelfCall(InetSocketAddress destination) {
        return ip(destination).isLoopbackAddress() && ownPorts.contains(destination.getPort());
    }

    /**
     * Returns the route for a connection from {@code source} to {@code destination}, the address before redirection.
     *
     * <p>The order is the contract: a self-call is refused before anything is looked up; a service's waypoint comes
     * before its endpoints; a workload's waypoint is used only when the workload was dialled by address, and not by the
     * waypoint itself; an address that nobody knows is passed through, a service without endpoints is refused.
     *
     * @param downstream the address that {@code source} dials from
     */
    OutboundRoute route(
            MeshSnapshot mesh,
            Workload source,
            InetAddress downstream,
            InetSocketAddress destination,
            RandomGenerator random) {
        if (isSelfCall(destination)) {
            return new Refused(Reason.SELF_CALL, "attempted recursive call to ourselves");
        }
        UpstreamResolver upstreams = new UpstreamResolver(mesh, source, random);
        InetAddress dialled = ip(destination);
        Service addressed = addressedService(mesh, source, dialled);
        GatewayAddress waypoint = addressed == null ? null : upstreams.waypointOf(addressed);
        if (waypoint != null) {
            // The waypoint balances the load, so it is told the service's address and not an endpoint of ours.
            return throughWaypoint(upstreams, source, waypoint, destination, addressed);
        }
        Upstream upstream = upstreams.at(new NetworkAddress(source.network(), dialled), destination.getPort());
        if (upstream == null) {
            return addressed == null || addressed.loadBalancing().mode() == Mode.PASSTHROUGH
                    ? new Passthrough(destination, null, null)
                    : new Refused(Reason.NO_HEALTHY_UPSTREAM, "no healthy upstream: " + Addresses.print(destination));
        }
        if (!upstream.workload().network().equals(source.network())) {
            return new Refused(
                    Reason.UNKNOWN_NETWORK_GATEWAY,
                    "unknown network gateway: workload "
                            + upstream.workload().uid()
                            + " is in network '"
                            + upstream.workload().network()
                            + "' and tunnels between networks are not supported");
        }
        if (upstream.address() == null) {
            return noAddress(upstream);
        }
        GatewayAddress own = upstream.workload().waypoint();
        if (addressed == null && own != null) {
            Upstream instance = upstreams.waypoint(own, dialled);
            if (instance == null || !isInstance(instance, source, downstream)) {
                return throughWaypoint(instance, own, source, destination, null);
            }
        }
        return direct(upstream, upstream.address());
    }

    /** Returns the service at the address as the probe sees it: an address that is a workload's too is the workload's. */
    private @Nullable Service addressedService(MeshSnapshot mesh, Workload source, InetAddress dialled) {
        NetworkAddress address = new NetworkAddress(network, dialled);
        return mesh.findWorkload(address) != null ? null : mesh.findService(address, source.namespace());
    }

    private static OutboundRoute throughWaypoint(
            UpstreamResolver upstreams,
            Workload source,
            GatewayAddress reference,
            InetSocketAddress destination,
            @Nullable Service service) {
        return throughWaypoint(upstreams.waypoint(reference, ip(destination)), reference, source, destination, service);
    }

    private static OutboundRoute throughWaypoint(
            @Nullable Upstream waypoint,
            GatewayAddress reference,
            Workload source,
            InetSocketAddress destination,
            @Nullable Service service) {
        if (waypoint == null || !waypoint.workload().network().equals(source.network())) {
            return new Refused(Reason.UNKNOWN_WAYPOINT, "unknown waypoint: " + reference.destination());
        }
        if (waypoint.address() == null) {
            return noAddress(waypoint);
        }
        return new Hbone(
                new InetSocketAddress(waypoint.address(), waypoint.port()),
                destination,
                waypoint.expectedSans(),
                waypoint.workload(),
                service);
    }

    private static OutboundRoute direct(Upstream upstream, InetAddress address) {
        InetSocketAddress target = new InetSocketAddress(address, upstream.port());
        return switch (upstream.workload().tunnelProtocol()) {
            case HBONE ->
                new Hbone(
                        new InetSocketAddress(address, HBONE_PORT),
                        target,
                        upstream.expectedSans(),
                        upstream.workload(),
                        upstream.service());
            case NONE -> new Passthrough(target, upstream.workload(), upstream.service());
        };
    }

    /** Returns whether the connection comes from the waypoint that it would be sent to. */
    private static boolean isInstance(Upstream waypoint, Workload source, InetAddress downstream) {
        return waypoint.workload().identity().equals(source.identity())
                && waypoint.workload().addresses().contains(downstream);
    }

    private static Refused noAddress(Upstream upstream) {
        return new Refused(
                Reason.NO_ADDRESS,
                "no ip addresses were resolved for workload: "
                        + upstream.workload().uid());
    }

    private static InetAddress ip(InetSocketAddress destination) {
        return requireNonNull(destination.getAddress(), "destination is unresolved");
    }
}
