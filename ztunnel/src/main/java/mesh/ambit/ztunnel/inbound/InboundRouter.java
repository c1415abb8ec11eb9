package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.inbound.InboundTarget.Application;
import mesh.ambit.ztunnel.inbound.InboundTarget.Reason;
import mesh.ambit.ztunnel.inbound.InboundTarget.Refused;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a tunnel's request leads to. The address is always the pod's own; only the port comes from the request.
 * Pure and thread-safe.
 */
public final class InboundRouter {
    private final String network;
    private final Set<Integer> ownPorts;
    private final InboundSettings settings;

    /**
     * Makes one.
     *
     * @param network our network id
     * @param ownPorts where this process listens inside pods: a request for one of them is refused
     */
    public InboundRouter(String network, Set<Integer> ownPorts, InboundSettings settings) {
        this.network = requireNonNull(network, "network");
        this.ownPorts = Set.copyOf(ownPorts);
        this.settings = requireNonNull(settings, "settings");
    }

    /** Returns whether the port is one of our own. */
    boolean isOwnPort(int port) {
        return ownPorts.contains(port);
    }

    /** Returns who insists on its waypoint. */
    RequireWaypoint requireWaypoint() {
        return settings.requireWaypoint();
    }

    /**
     * Returns the target of a request for {@code authority} that reached {@code local}'s pod on {@code own}.
     *
     * @param own the address on which the tunnel was accepted
     */
    InboundTarget target(MeshSnapshot mesh, Workload local, InetAddress own, Authority authority) {
        return switch (authority) {
            case Authority.Ip(InetSocketAddress asked) -> {
                InetAddress ip = requireNonNull(asked.getAddress());
                // A waypoint that is told what was asked for decides about it itself.
                boolean ours = ip.equals(own)
                        || local.applicationTunnel() != null
                        || isWaypointOf(mesh, local, own, new NetworkAddress(network, ip));
                yield ours
                        ? application(local, own, asked.getPort(), asked, null)
                        : new Refused(
                                Reason.NOT_OURS, "ip mismatch: " + Addresses.print(own) + " != " + Addresses.print(ip));
            }
            case Authority.Host(String name, int port) -> byName(mesh, local, own, name, port);
        };
    }

    private InboundTarget byName(MeshSnapshot mesh, Workload local, InetAddress own, String name, int port) {
        Service service = mesh.findServiceByHostname(name, local.namespace());
        if (service == null) {
            return new Refused(Reason.UNKNOWN_HOSTNAME, "no service or workload for hostname: " + name);
        }
        List<Port> ports = local.services().get(service.key());
        if (ports == null && settings.connectHostname() == ConnectHostname.OWN && !mesh.isGateway(local)) {
            return new Refused(
                    Reason.FOREIGN_SERVICE, "requested service " + name + " is not one of workload " + local.uid());
        }
        Integer ownPort = mapped(ports, port);
        int target = ownPort == null ? service.targetPort(port) : ownPort;
        if (ownPort == null && target == 0) {
            return new Refused(
                    Reason.UNKNOWN_PORT, "requested service " + name + ":" + port + " found, but cannot resolve port");
        }
        InetAddress vip = vip(service);
        if (vip == null && local.applicationTunnel() != null && !isOwnPort(target)) {
            return new Refused(
                    Reason.NO_SERVICE_ADDRESS, "requested service " + name + " found, but has no IP addresses");
        }
        return application(local, own, target, vip == null ? null : new InetSocketAddress(vip, port), service);
    }

    /**
     * Returns the application behind {@code port}.
     *
     * @param asked what a waypoint behind an application tunnel would be told; null without such a tunnel only
     * @param named the service that was asked for by its name
     */
    private InboundTarget application(
            Workload local, InetAddress own, int port, @Nullable InetSocketAddress asked, @Nullable Service named) {
        if (isOwnPort(port)) {
            return new Refused(Reason.SELF_CALL, "attempted recursive call to ourselves");
        }
        ApplicationTunnel tunnel = local.applicationTunnel();
        if (tunnel == null) {
            return new Application(new InetSocketAddress(own, port), null, false, named);
        }
        InetSocketAddress address = new InetSocketAddress(own, tunnel.port() == 0 ? port : tunnel.port());
        return switch (tunnel.protocol()) {
            case NONE -> new Application(address, null, false, named);
            case PROXY -> new Application(address, asked, settings.localhostTunnel(), named);
        };
    }

    /** Returns the virtual address by which a service is announced: of our network, IPv4 first, of several the last. */
    private @Nullable InetAddress vip(Service service) {
        NetworkAddress best = null;
        int bestRank = -1;
        for (NetworkAddress vip : service.vips()) {
            boolean here = vip.network().equals(network);
            int rank = !here ? 0 : vip.address() instanceof Inet4Address ? 2 : 1;
            if (rank >= bestRank) {
                best = vip;
                bestRank = rank;
            }
        }
        return best == null ? null : best.address();
    }

    /** Returns what the workload says of a service's port, be it 0; null if it says nothing. */
    private static @Nullable Integer mapped(@Nullable List<Port> ports, int servicePort) {
        if (ports != null) {
            for (Port port : ports) {
                if (port.servicePort() == servicePort) {
                    return port.targetPort();
                }
            }
        }
        return null;
    }

    /** Returns whether the workload or service at {@code asked} names us as its waypoint. */
    private static boolean isWaypointOf(MeshSnapshot mesh, Workload local, InetAddress own, NetworkAddress asked) {
        Workload workload = mesh.findWorkload(asked);
        if (workload != null) {
            return leadsTo(mesh, workload.waypoint(), local, own);
        }
        Service service = mesh.findService(asked, null);
        if (service == null) {
            return false;
        }
        // Weighted waypoints do not count, as upstream has it.
        return leadsTo(mesh, service.waypoint(), local, own);
    }

    private static boolean leadsTo(
            MeshSnapshot mesh, @Nullable GatewayAddress waypoint, Workload local, InetAddress own) {
        if (waypoint == null) {
            return false;
        }
        return switch (waypoint.destination()) {
            case NamespacedHostname name -> {
                Service service = mesh.findService(name);
                yield service != null ? has(mesh, service, local) : isAt(mesh.findWorkload(name), own);
            }
            case NetworkAddress address -> {
                Workload workload = mesh.findWorkload(address);
                Service service = workload != null ? null : mesh.findService(address, null);
                yield service != null ? has(mesh, service, local) : isAt(workload, own);
            }
        };
    }

    private static boolean has(MeshSnapshot mesh, Service service, Workload local) {
        return mesh.endpoints(service.key()).containsKey(local.uid());
    }

    private static boolean isAt(@Nullable Workload workload, InetAddress own) {
        return workload != null && workload.addresses().contains(own);
    }
}
