package mesh.ambit.wire;

import com.google.protobuf.MessageOrBuilder;
import java.util.Collection;
import mesh.ambit.protocol.workload.GatewayAddress;
import mesh.ambit.protocol.workload.PortList;
import mesh.ambit.protocol.workload.Service;
import mesh.ambit.protocol.workload.WeightedWaypoint;
import mesh.ambit.protocol.workload.Workload;

/**
 * Fields that the parser did not know, or that came in another form than their schema has. Asked of every resource: so
 * without descriptors, which take time and memory, and not of extensions, which nothing here reads.
 */
final class Unknown {
    private Unknown() {}

    static boolean in(MessageOrBuilder message) {
        return !message.getUnknownFields().isEmpty();
    }

    static boolean inPartsOf(Workload workload) {
        return in(workload)
                || inPartsOf(workload.getWaypoint())
                || inPartsOf(workload.getNetworkGateway())
                || in(workload.getApplicationTunnel())
                || in(workload.getLocality())
                || in(workload.getCapacity())
                || inPartsOf(workload.getServicesMap().values());
    }

    static boolean inPartsOf(Service service) {
        return in(service)
                || inAny(service.getAddressesList())
                || inAny(service.getPortsList())
                || inPartsOf(service.getWaypoint())
                || in(service.getLoadBalancing())
                || inWeighted(service.getWeightedWaypointsList());
    }

    private static boolean inPartsOf(GatewayAddress gateway) {
        return in(gateway) || in(gateway.getHostname()) || in(gateway.getAddress());
    }

    private static boolean inPartsOf(Collection<PortList> lists) {
        for (PortList list : lists) {
            if (in(list) || inAny(list.getPortsList())) {
                return true;
            }
        }
        return false;
    }

    private static boolean inWeighted(Collection<WeightedWaypoint> waypoints) {
        for (WeightedWaypoint waypoint : waypoints) {
            if (in(waypoint) || inPartsOf(waypoint.getDestination())) {
                return true;
            }
        }
        return false;
    }

    private static boolean inAny(Collection<? extends MessageOrBuilder> messages) {
        for (MessageOrBuilder message : messages) {
            if (in(message)) {
                return true;
            }
        }
        return false;
    }
}
