package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.outbound.OutboundRoute.DoubleHbone;
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

    /**
     * Makes one.
     *
     * @param network our network id; workloads of others are reached through gateways
     * @param ownPorts where this process listens inside pods
     */
    public OutboundRouter(String network, Set<Integer> ownPorts) {
        this.network = requireNonNull(network, "network");
        this.ownPorts = Set.copyOf(ownPorts);
    }

    /**
     * A route, and why it is that one.
     *
     * @param choices the endpoints chosen on the way to it: of the service or its waypoint, then of a network gateway
     */
    record Decision(OutboundRoute route, List<EndpointChoice> choices) {
        /** Returns the decision for people. */
        String explain(EndpointChoice.Means means) {
            StringBuilder text = new StringBuilder(route.toString());
            for (EndpointChoice choice : choices) {
                text.append("; ").append(choice.explain(means));
            }
            return text.toString();
        }
    }

    /** Returns whether {@code destination} is one of our own listeners, reached over loopback. */
    boolean isSelfCall(InetSocketAddress destination) {
        return ip(destination).isLoopbackAddress() && ownPorts.contains(destination.getPort());
    }

    /**
     * Returns the route for a connection from {@code source} to {@code destination}, the address before redirection.
     *
     * <p>The order is the contract: a self-call is refused before anything is looked up; a service's waypoint comes
     * before its endpoints; whatever is in another network is reached through that network's gateway, and as a service
     * only; a workload's waypoint is used only when the workload was dialled by address, and not by the waypoint itself;
     * an address that nobody knows is passed through, a service without endpoints is refused.
     *
     * @param means what the choice of an endpoint depends on, the address that {@code source} dials from among it
     */
    Decision decide(MeshSnapshot mesh, Workload source, InetSocketAddress destination, EndpointChoice.Means means) {
        UpstreamResolver upstreams = new UpstreamResolver(mesh, source, means);
        OutboundRoute route = route(mesh, upstreams, source, destination, means.source());
        return new Decision(route, upstreams.choices());
    }

    private OutboundRoute route(
            MeshSnapshot mesh,
            UpstreamResolver upstreams,
            Workload source,
            InetSocketAddress destination,
            InetAddress downstream) {
        if (isSelfCall(destination)) {
            return new Refused(Reason.SELF_CALL, "attempted recursive call to ourselves", null);
        }
        InetAddress dialled = ip(destination);
        Service addressed = addressedService(mesh, source, dialled);
        GatewayAddress reference = addressed == null ? null : upstreams.waypointOf(addressed);
        if (reference != null) {
            Upstream waypoint = upstreams.waypoint(reference, dialled);
            return waypoint != null && !isNear(waypoint, source)
                    ? throughGateway(upstreams, waypoint, destination, addressed)
                    // The waypoint balances the load, so it is told the service's address and not an endpoint of ours.
                    : throughWaypoint(waypoint, reference, destination, addressed, addressed);
        }
        Upstream upstream = upstreams.at(new NetworkAddress(source.network(), dialled), destination.getPort());
        if (upstream == null) {
            return addressed == null || addressed.loadBalancing().mode() == Mode.PASSTHROUGH
                    ? new Passthrough(destination, null, null)
                    : new Refused(
                            Reason.NO_HEALTHY_UPSTREAM,
                            "no healthy upstream: " + Addresses.print(destination),
                            addressed);
        }
        if (!isNear(upstream, source)) {
            return throughGateway(upstreams, upstream, destination, addressed);
        }
        GatewayAddress own = upstream.workload().waypoint();
        if (addressed == null && own != null && !upstreams.isBehind(own, downstream)) {
            return throughWaypoint(upstreams.waypoint(own, dialled), own, destination, upstream.service(), null);
        }
        return direct(upstream);
    }

    /** Returns the service at the address as the probe sees it: an address that is a workload's too is the workload's. */
    private @Nullable Service addressedService(MeshSnapshot mesh, Workload source, InetAddress dialled) {
        NetworkAddress address = new NetworkAddress(network, dialled);
        return mesh.findWorkload(address) != null ? null : mesh.findService(address, source.namespace());
    }

    /**
     * Returns the route by way of a waypoint.
     *
     * @param addressed the service that has the waypoint; null when it is a workload's
     */
    private static OutboundRoute throughWaypoint(
            @Nullable Upstream waypoint,
            GatewayAddress reference,
            InetSocketAddress destination,
            @Nullable Service service,
            @Nullable Service addressed) {
        if (waypoint == null) {
            return new Refused(Reason.UNKNOWN_WAYPOINT, notFound("waypoint", reference), addressed);
        }
        InetSocketAddress nextHop = waypoint.at(waypoint.port());
        return nextHop == null
                ? noAddress(waypoint, addressed)
                : new Hbone(nextHop, destination, waypoint.expectedSans(), waypoint.workload(), service);
    }

    /** Says what is missing in the words that operators of the mesh know: a hostname goes without its namespace. */
    private static String notFound(String what, GatewayAddress reference) {
        Object name =
                reference.destination() instanceof NamespacedHostname host ? host.hostname() : reference.destination();
        return "unknown " + what + ": " + what + " " + name + " not found";
    }

    /** Returns the route to an upstream in another network. */
    private static OutboundRoute throughGateway(
            UpstreamResolver upstreams, Upstream upstream, InetSocketAddress destination, @Nullable Service addressed) {
        Workload remote = upstream.workload();
        GatewayAddress reference = remote.networkGateway();
        if (addressed == null || reference == null) {
            return new Refused(
                    Reason.UNKNOWN_NETWORK_GATEWAY,
                    "unknown network gateway: workload " + remote.uid() + " is in network '" + remote.network() + "'"
                            + (reference == null ? " and has no gateway" : " and was not addressed as a service"),
                    addressed);
        }
        Upstream gateway = upstreams.networkGateway(reference, ip(destination));
        if (gateway == null) {
            return new Refused(Reason.UNKNOWN_NETWORK_GATEWAY, notFound("network gateway", reference), addressed);
        }
        InetSocketAddress nextHop = gateway.at(gateway.port());
        return nextHop == null
                ? noAddress(gateway, addressed)
                : new DoubleHbone(
                        nextHop,
                        addressed.hostname() + ":" + destination.getPort(),
                        gateway.expectedSans(),
                        upstream.serviceSans(),
                        gateway.workload(),
                        addressed);
    }

    private static OutboundRoute direct(Upstream upstream) {
        InetSocketAddress target = upstream.at(upstream.port());
        InetSocketAddress hbone = upstream.at(HBONE_PORT);
        if (target == null || hbone == null) {
            return noAddress(upstream, upstream.service());
        }
        return switch (upstream.workload().tunnelProtocol()) {
            case HBONE -> new Hbone(hbone, target, upstream.expectedSans(), upstream.workload(), upstream.service());
            case NONE -> new Passthrough(target, upstream.workload(), upstream.service());
        };
    }

    private static boolean isNear(Upstream upstream, Workload source) {
        return upstream.workload().network().equals(source.network());
    }

    private static Refused noAddress(Upstream upstream, @Nullable Service service) {
        return new Refused(
                Reason.NO_ADDRESS,
                "no ip addresses were resolved for workload: "
                        + upstream.workload().uid(),
                service);
    }

    private static InetAddress ip(InetSocketAddress destination) {
        return requireNonNull(destination.getAddress(), "destination is unresolved");
    }
}
