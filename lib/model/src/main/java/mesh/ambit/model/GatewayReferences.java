package mesh.ambit.model;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** How many services and workloads name a destination as their waypoint or network gateway. */
record GatewayReferences(PersistentMap<GatewayAddress.Destination, Integer> counts) {
    static final GatewayReferences EMPTY = new GatewayReferences(PersistentMap.empty());

    GatewayReferences with(MeshResource resource) {
        return changed(resource, 1);
    }

    GatewayReferences without(MeshResource resource) {
        return changed(resource, -1);
    }

    /** Returns whether anything names {@code workload}, one of its addresses, or a service it is an endpoint of. */
    boolean pointAt(Workload workload, PersistentMap<NamespacedHostname, Service> services) {
        if (counts.isEmpty()) {
            return false;
        }
        if (!workload.hostname().isEmpty()
                && counts.containsKey(new NamespacedHostname(workload.namespace(), workload.hostname()))) {
            return true;
        }
        for (InetAddress address : workload.addresses()) {
            if (counts.containsKey(new NetworkAddress(workload.network(), address))) {
                return true;
            }
        }
        for (NamespacedHostname key : workload.services().keySet()) {
            Service service = services.find(key);
            if (counts.containsKey(key)
                    || (service != null && service.vips().stream().anyMatch(counts::containsKey))) {
                return true;
            }
        }
        return false;
    }

    private GatewayReferences changed(MeshResource resource, int by) {
        return switch (resource) {
            case Workload workload -> counted(workload.waypoint(), by).counted(workload.networkGateway(), by);
            case Service service -> {
                GatewayReferences next = counted(service.waypoint(), by);
                for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
                    next = next.counted(waypoint.destination(), by);
                }
                yield next;
            }
        };
    }

    private GatewayReferences counted(@Nullable GatewayAddress reference, int by) {
        if (reference == null) {
            return this;
        }
        int count = counts.findOr(reference.destination(), 0) + by;
        return new GatewayReferences(
                count == 0 ? counts.without(reference.destination()) : counts.with(reference.destination(), count));
    }
}
