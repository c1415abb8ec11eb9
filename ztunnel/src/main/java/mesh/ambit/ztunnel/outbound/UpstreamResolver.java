package mesh.ambit.ztunnel.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.ServiceEndpoints;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.outbound.Candidates.Purpose;
import mesh.ambit.ztunnel.outbound.Candidates.Question;
import org.jspecify.annotations.Nullable;

/** Finds the workload that stands behind an address or a name, for one client and one mesh. Pure but for its dice. */
final class UpstreamResolver {
    private final MeshSnapshot mesh;
    private final Workload client;
    private final EndpointChoice.Means means;
    private List<EndpointChoice> choices = List.of();

    UpstreamResolver(MeshSnapshot mesh, Workload client, EndpointChoice.Means means) {
        this.mesh = mesh;
        this.client = client;
        this.means = means;
    }

    /** Returns which endpoints were chosen for this client: at most one, and one for the gateway that leads to it. */
    List<EndpointChoice> choices() {
        return choices;
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
        long drawn = means.random().nextLong(total);
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
        return behind(reference, original, Purpose.WAYPOINT);
    }

    /**
     * Returns whether the client, dialling from {@code downstream}, is one of those that {@code reference} leads to. None is
     * drawn for that: with several of them the client would mostly be another one than it.
     */
    boolean isBehind(GatewayAddress reference, InetAddress downstream) {
        Service service = switch (reference.destination()) {
            case NetworkAddress address -> mesh.findService(address, client.namespace());
            case NamespacedHostname name -> mesh.findService(name);
        };
        if (service != null) {
            return mesh.endpoints(service.key()).keys().stream()
                    .anyMatch(uid -> isClient(mesh.findWorkload(uid), downstream));
        }
        return isClient(
                switch (reference.destination()) {
                    case NetworkAddress address -> mesh.findWorkload(address);
                    case NamespacedHostname name -> mesh.findWorkload(name);
                },
                downstream);
    }

    private boolean isClient(@Nullable Workload instance, InetAddress downstream) {
        return instance != null
                && instance.identity().equals(client.identity())
                && instance.addresses().contains(downstream);
    }

    /** Returns an instance of a network's gateway, as {@link #waypoint} does, but on a port that its service has. */
    @Nullable
    Upstream networkGateway(GatewayAddress reference, InetAddress original) {
        return behind(reference, original, Purpose.APPLICATION);
    }

    private @Nullable Upstream behind(GatewayAddress reference, InetAddress original, Purpose purpose) {
        int port = reference.hboneMtlsPort();
        return switch (reference.destination()) {
            case NetworkAddress address -> at(address, port, purpose);
            case NamespacedHostname name -> {
                Service service = mesh.findService(name);
                if (service != null) {
                    yield endpointOf(service, port, original, purpose);
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

    /** Chooses one of a service's endpoints; null when none can take the port. */
    private @Nullable Upstream endpointOf(Service service, int port, InetAddress original, Purpose purpose) {
        if (purpose == Purpose.APPLICATION && !service.hasPort(port)) {
            return null;
        }
        ServiceEndpoints endpoints = mesh.findEndpoints(service.key());
        if (endpoints == null) {
            return null;
        }
        Candidates candidates = endpoints.derived(Question.of(service, port, purpose, client), mesh);
        EndpointChoice choice = EndpointChoice.of(candidates, means.rules().of(service.key()), means);
        if (choice == null || choice.targetPort() == Candidates.NO_PORT) {
            return null;
        }
        choices = choices.isEmpty() ? List.of(choice) : List.of(choices.getFirst(), choice);
        Workload workload = choice.workload();
        return new Upstream(workload, addressOf(workload, service, original), choice.targetPort(), service);
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
