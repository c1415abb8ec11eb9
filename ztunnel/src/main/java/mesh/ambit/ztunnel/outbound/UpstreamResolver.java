package mesh.ambit.ztunnel.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Finds the workload that stands behind an address or a name, for one client and one mesh. Pure but for its dice. */
final class UpstreamResolver {
    private final MeshSnapshot mesh;
    private final Workload client;
    private final RandomGenerator random;

    UpstreamResolver(MeshSnapshot mesh, Workload client, RandomGenerator random) {
        this.mesh = mesh;
        this.client = client;
        this.random = random;
    }

    /** Who asks for a service's endpoint: an application, or we for a waypoint, whose port need not be a service's. */
    private enum Purpose {
        APPLICATION,
        WAYPOINT
    }

    /**
     * Returns the upstream for an address in a network: an endpoint of the service there, else the workload there.
     *
     * @return null for an address that is neither, for a service that wants the original destination, and for a service
     *     without an endpoint for the port
     */
    @Nullable
    Upstream at(NetworkAddress address, int port) {
        return at(address, port, Purpose.APPLICATION);
    }

    /**
     * Returns the waypoint that a service's connections take this time: by weight where it has several, else the one.
     */
    @Nullable
    GatewayAddress waypointOf(Service service) {
        long total = 0;
        for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
            total += Integer.toUnsignedLong(waypoint.weight());
        }
        if (total == 0) {
            return service.waypoint();
        }
        long drawn = random.nextLong(total);
        for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
            drawn -= Integer.toUnsignedLong(waypoint.weight());
            if (drawn < 0) {
                return waypoint.destination();
            }
        }
        throw new AssertionError("a weight was drawn that nobody has");
    }

    /**
     * Returns an instance of a waypoint, or null when the reference leads nowhere.
     *
     * @param original the address that was dialled, whose family is preferred where the waypoint is known by name
     */
    @Nullable
    Upstream waypoint(GatewayAddress reference, InetAddress original) {
        int port = reference.hboneMtlsPort();
        return switch (reference.destination()) {
            case NetworkAddress address -> at(address, port, Purpose.WAYPOINT);
            case NamespacedHostname name -> {
                Service service = mesh.findService(name);
                if (service != null) {
                    yield endpointOf(service, port, original, Purpose.WAYPOINT);
                }
                Workload workload = mesh.findWorkload(name);
                yield workload == null ? null : new Upstream(workload, addressOf(workload, null, original), port, null);
            }
        };
    }

    private @Nullable Upstream at(NetworkAddress address, int port, Purpose purpose) {
        Service service = mesh.findService(address, client.namespace());
        if (service != null) {
            return service.loadBalancing().mode() == Mode.PASSTHROUGH
                    ? null
                    : endpointOf(service, port, address.address(), purpose);
        }
        Workload workload = mesh.findWorkload(address);
        return workload == null ? null : new Upstream(workload, address.address(), port, null);
    }

    /** Draws one of a service's endpoints by capacity; null when none can take the port. */
    private @Nullable Upstream endpointOf(Service service, int port, InetAddress original, Purpose purpose) {
        if (purpose == Purpose.APPLICATION && !service.hasPort(port)) {
            return null;
        }
        List<Workload> workloads = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        mesh.endpoints(service.key()).forEach((uid, endpoint) -> {
            Workload workload = mesh.findWorkload(uid);
            if (workload != null && isCandidate(service, endpoint, workload, port)) {
                workloads.add(workload);
                endpoints.add(endpoint);
            }
        });
        int drawn = draw(workloads);
        if (drawn < 0) {
            return null;
        }
        Workload workload = workloads.get(drawn);
        int target = targetPort(service, endpoints.get(drawn), workload, port);
        return target == 0 ? null : new Upstream(workload, addressOf(workload, service, original), target, service);
    }

    private boolean isCandidate(Service service, Endpoint endpoint, Workload workload, int port) {
        if (workload.addresses().isEmpty() && workload.hostname().isEmpty()) {
            // Reached by name through its network's gateway, or not at all.
            return !workload.network().equals(client.network()) && workload.networkGateway() != null;
        }
        if (!service.hasPort(port)) {
            return workload.applicationTunnel() != null;
        }
        return service.targetPort(port) != 0 || endpoint.targetPort(port) != 0;
    }

    /** Returns the index of a workload drawn by capacity; -1 when nobody has any. */
    private int draw(List<Workload> workloads) {
        long total = 0;
        for (int i = 0; i < workloads.size(); i++) {
            total += capacity(workloads.get(i));
        }
        if (total == 0) {
            return -1;
        }
        long drawn = random.nextLong(total);
        for (int i = 0; i < workloads.size(); i++) {
            drawn -= capacity(workloads.get(i));
            if (drawn < 0) {
                return i;
            }
        }
        throw new AssertionError("a capacity was drawn that nobody has");
    }

    private static long capacity(Workload workload) {
        return Integer.toUnsignedLong(workload.capacity());
    }

    /** Returns the endpoint's own port for a service's: its own map first, then the service's; 0 for none. */
    private static int targetPort(Service service, Endpoint endpoint, Workload workload, int port) {
        int own = endpoint.targetPort(port);
        if (own != 0) {
            return own;
        }
        int mapped = service.targetPort(port);
        if (mapped != 0) {
            return mapped;
        }
        ApplicationTunnel tunnel = workload.applicationTunnel();
        return tunnel != null && tunnel.port() != 0 ? port : 0;
    }

    /** Returns the dialled address if it is the workload's, else one that the service allows, of its family if it can. */
    private static @Nullable InetAddress addressOf(Workload workload, @Nullable Service service, InetAddress original) {
        if (workload.addresses().contains(original)) {
            return original;
        }
        InetAddress first = null;
        for (InetAddress address : workload.addresses()) {
            if (service != null && !allows(service.ipFamilies(), address)) {
                continue;
            }
            if (isIpv4(address) == isIpv4(original)) {
                return address;
            }
            first = first == null ? address : first;
        }
        return first;
    }

    private static boolean allows(IpFamilies families, InetAddress address) {
        return switch (families) {
            case AUTOMATIC, DUAL -> true;
            case IPV4_ONLY -> isIpv4(address);
            case IPV6_ONLY -> !isIpv4(address);
        };
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
