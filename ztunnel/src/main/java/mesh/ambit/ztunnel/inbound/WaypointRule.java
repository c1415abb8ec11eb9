package mesh.ambit.ztunnel.inbound;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Whom a destination takes connections from when it insists on the waypoints that it declares: its own, and those of
 * the services it belongs to. A service's waypoints count for the ports that the service leads to; a connection comes
 * through if its client is one of the waypoints that count for its port, all weights alike. Immutable.
 *
 * <p>Health is nothing to it: a waypoint that is draining is still who it was.
 *
 * @param declared what the destination declares; empty insists on nothing
 */
record WaypointRule(List<Declared> declared) {
    /** The name of the policy that makes the workloads it applies to insist. Its rules mean nothing here. */
    static final String MARKER = "ambit-require-waypoint";

    /** Insists on nothing. */
    static final WaypointRule NONE = new WaypointRule(List.of());

    /**
     * A waypoint.
     *
     * @param name what the destination calls it
     * @param ports the target ports that it stands before; null for all
     * @param identities who it is, in full; none while nothing of it is known
     */
    record Declared(String name, @Nullable Set<Integer> ports, Set<String> identities) {
        Declared {
            ports = ports == null ? null : Set.copyOf(ports);
            // Sorted: a refusal that names them reads the same every time.
            identities = new TreeSet<>(identities);
        }

        private boolean standsBefore(int port) {
            return ports == null || ports.contains(port);
        }
    }

    WaypointRule {
        declared = List.copyOf(declared);
    }

    /**
     * Returns what {@code local} insists on.
     *
     * @param applicable the policies that apply to it
     */
    static WaypointRule of(RequireWaypoint mode, MeshSnapshot mesh, Workload local, List<Policy> applicable) {
        return switch (mode) {
            case OFF -> NONE;
            case LABELLED -> isMarked(applicable) ? declaredBy(mesh, local) : NONE;
            case ALL -> declaredBy(mesh, local);
        };
    }

    /**
     * Returns why a new connection is refused, in words that stay the same, or null if it may be. A pod may call itself.
     */
    @Nullable
    String refusal(Workload local, Connection connection) {
        String client =
                connection.identity() == null ? null : connection.identity().toString();
        List<Declared> counting = new ArrayList<>(1);
        for (Declared waypoint : declared) {
            if (waypoint.standsBefore(connection.destination().getPort())) {
                if (client != null && waypoint.identities.contains(client)) {
                    return null;
                }
                counting.add(waypoint);
            }
        }
        if (counting.isEmpty() || isItself(local, connection)) {
            return null;
        }
        return "waypoint required: expected " + String.join(" or ", names(counting)) + ", got "
                + (client == null ? "plaintext" : client);
    }

    /**
     * Returns why a connection that stands may not go on, or null if it may. A waypoint of which nothing is known judges
     * none of them: it, or what the control plane says of it, may just be restarting.
     */
    @Nullable
    String lateRefusal(Workload local, Connection connection) {
        for (Declared waypoint : declared) {
            if (waypoint.standsBefore(connection.destination().getPort()) && waypoint.identities.isEmpty()) {
                return null;
            }
        }
        return refusal(local, connection);
    }

    private static List<String> names(List<Declared> waypoints) {
        List<String> names = new ArrayList<>();
        for (Declared waypoint : waypoints) {
            String name = waypoint.name + " ("
                    + (waypoint.identities.isEmpty() ? "unknown" : String.join(", ", waypoint.identities)) + ")";
            if (!names.contains(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private static boolean isItself(Workload local, Connection connection) {
        return local.addresses().contains(connection.source())
                && (connection.identity() == null || connection.identity().equals(local.identity()));
    }

    private static boolean isMarked(List<Policy> applicable) {
        for (Policy policy : applicable) {
            if (policy.name().equals(MARKER)) {
                return true;
            }
        }
        return false;
    }

    private static WaypointRule declaredBy(MeshSnapshot mesh, Workload local) {
        List<Declared> declared = new ArrayList<>();
        add(declared, mesh, local, local.waypoint(), null);
        for (Map.Entry<NamespacedHostname, List<Port>> entry : local.services().entrySet()) {
            Service service = mesh.findService(entry.getKey());
            if (service == null
                    || (service.waypoint() == null
                            && service.weightedWaypoints().isEmpty())) {
                continue;
            }
            Set<Integer> ports = targetPorts(service, entry.getValue());
            add(declared, mesh, local, service.waypoint(), ports);
            for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
                add(declared, mesh, local, waypoint.destination(), ports);
            }
        }
        return declared.isEmpty() ? NONE : new WaypointRule(declared);
    }

    private static void add(
            List<Declared> declared,
            MeshSnapshot mesh,
            Workload local,
            @Nullable GatewayAddress waypoint,
            @Nullable Set<Integer> ports) {
        if (waypoint == null) {
            return;
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
        Set<String> identities = new TreeSet<>();
        boolean inService = addService(identities, mesh, service, local);
        boolean isUs = addWorkload(identities, workload, local) || inService;
        // An instance of the waypoint has nobody before it.
        if (!isUs) {
            declared.add(new Declared(waypoint.destination().toString(), ports, identities));
        }
    }

    private static boolean addService(
            Set<String> identities, MeshSnapshot mesh, @Nullable Service service, Workload local) {
        if (service == null) {
            return false;
        }
        identities.addAll(service.subjectAltNames());
        for (String uid : mesh.members(service.key()).keys()) {
            addWorkload(identities, mesh.findWorkload(uid), local);
        }
        return local.services().containsKey(service.key());
    }

    private static boolean addWorkload(Set<String> identities, @Nullable Workload workload, Workload local) {
        if (workload == null) {
            return false;
        }
        identities.add(workload.identity().toString());
        return workload.uid().equals(local.uid());
    }

    private static Set<Integer> targetPorts(Service service, List<Port> own) {
        Set<Integer> ports = new TreeSet<>();
        for (Port port : service.ports()) {
            ports.add(port.targetPort());
        }
        for (Port port : own) {
            ports.add(port.targetPort());
        }
        return ports;
    }
}
