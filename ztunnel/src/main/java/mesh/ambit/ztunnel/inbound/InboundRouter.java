package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
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
    private final ConnectHostname hostnames;

    public InboundRouter(String network, Set<Integer> ownPorts, ConnectHostname hostnames) {
        this.network = requireNonNull(network, "network");
        this.ownPorts = Set.copyOf(ownPorts);
        this.hostnames = requireNonNull(hostnames, "hostnames");
    }

    /** Returns whether the port is one of our own. */
    boolean isOwnPort(int port) {
        return ownPorts.contains(port);
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
                if (!ip.equals(own) && !isWaypointOf(mesh, local, own, new NetworkAddress(network, ip))) {
                    yield new Refused(
                            Reason.NOT_OURS, "ip mismatch: " + Addresses.print(own) + " != " + Addresses.print(ip));
                }
                yield application(own, asked.getPort());
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
        if (ports == null && hostnames == ConnectHostname.OWN && !mesh.isGateway(local)) {
            return new Refused(
                    Reason.FOREIGN_SERVICE, "requested service " + name + " is not one of workload " + local.uid());
        }
        int target = mapped(ports, port);
        if (target == 0) {
            target = service.targetPort(port);
        }
        return target == 0
                ? new Refused(
                        Reason.UNKNOWN_PORT,
                        "requested service " + name + ":" + port + " found, but cannot resolve port")
                : application(own, target);
    }

    private InboundTarget application(InetAddress own, int port) {
        return isOwnPort(port)
                ? new Refused(Reason.SELF_CALL, "attempted recursive call to ourselves")
                : new Application(new InetSocketAddress(own, port));
    }

    private static int mapped(@Nullable List<Port> ports, int servicePort) {
        if (ports != null) {
            for (Port port : ports) {
                if (port.servicePort() == servicePort) {
                    return port.targetPort();
                }
            }
        }
        return 0;
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
        for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
            if (leadsTo(mesh, waypoint.destination(), local, own)) {
                return true;
            }
        }
        return leadsTo(mesh, service.waypoint(), local, own);
    }

    private static boolean leadsTo(
            MeshSnapshot mesh, @Nullable GatewayAddress waypoint, Workload local, InetAddress own) {
        if (waypoint == null) {
            return false;
        }
        Service service;
        Workload workload;
        switch (waypoint.destination()) {
            case NamespacedHostname name -> {
                service = mesh.findService(name);
                workload = mesh.findWorkload(name);
            }
            case NetworkAddress address -> {
                service = mesh.findService(address, null);
                workload = mesh.findWorkload(address);
            }
        }
        if (service != null) {
            return mesh.endpoints(service.key()).containsKey(local.uid());
        }
        return workload != null && workload.addresses().contains(own);
    }
}
