package mesh.ambit.wire;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.Service;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.WeightedWaypoint;

/** Services. */
final class ServiceWire {
    private ServiceWire() {}

    static Service fromProto(mesh.ambit.protocol.workload.Service message) {
        List<NetworkAddress> vips = new ArrayList<>();
        List<NetworkCidr> cidrVips = new ArrayList<>();
        message.getAddressesList().forEach(address -> addVip(address, vips, cidrVips));
        List<WeightedWaypoint> weightedWaypoints = new ArrayList<>();
        message.getWeightedWaypointsList()
                .forEach(waypoint -> weightedWaypoints.add(
                        new WeightedWaypoint(GatewayWire.fromProto(waypoint.getDestination()), waypoint.getWeight())));
        return Service.builder(message.getNamespace(), message.getHostname())
                .name(message.getName())
                .vips(vips)
                .cidrVips(cidrVips)
                .ports(PortWire.fromProto(message.getPortsList()))
                .subjectAltNames(message.getSubjectAltNamesList())
                .waypoint(message.hasWaypoint() ? GatewayWire.fromProto(message.getWaypoint()) : null)
                .loadBalancing(
                        message.hasLoadBalancing() ? loadBalancing(message.getLoadBalancing()) : LoadBalancing.STANDARD)
                .ipFamilies(Enums.require(IpFamilies.values(), message.getIpFamiliesValue()))
                .canonical(message.getCanonical())
                .ingressUseWaypoint(message.getIngressUseWaypoint())
                .weightedWaypoints(weightedWaypoints)
                .visibility(Enums.orElse(Visibility.values(), message.getVisibilityValue(), Visibility.PUBLIC))
                .build();
    }

    static mesh.ambit.protocol.workload.Service toProto(Service service) {
        var message = mesh.ambit.protocol.workload.Service.newBuilder()
                .setNamespace(service.namespace())
                .setHostname(service.hostname())
                .setName(service.name())
                .addAllPorts(PortWire.toProto(service.ports()))
                .addAllSubjectAltNames(service.subjectAltNames())
                .setIpFamiliesValue(Enums.number(service.ipFamilies()))
                .setCanonical(service.canonical())
                .setIngressUseWaypoint(service.ingressUseWaypoint())
                .setVisibilityValue(Enums.number(service.visibility()));
        for (NetworkAddress vip : service.vips()) {
            message.addAddresses(GatewayWire.toProto(vip));
        }
        for (int i = 0; i < service.cidrVips().size(); i++) {
            NetworkCidr vip = service.cidrVips().get(i);
            int last = message.getAddressesCount();
            int place = i < service.cidrPlaces().size() ? service.cidrPlaces().get(i) : last;
            message.addAddressesBuilder(Math.min(place, last))
                    .setNetwork(vip.network())
                    .setAddress(AddressBytes.bytes(vip.base()))
                    .setLength(vip.prefixLength());
        }
        if (service.waypoint() != null) {
            message.setWaypoint(GatewayWire.toProto(service.waypoint()));
        }
        if (!service.loadBalancing().equals(LoadBalancing.STANDARD)) {
            message.setLoadBalancing(toProto(service.loadBalancing()));
        }
        for (WeightedWaypoint waypoint : service.weightedWaypoints()) {
            message.addWeightedWaypointsBuilder()
                    .setDestination(GatewayWire.toProto(waypoint.destination()))
                    .setWeight(waypoint.weight());
        }
        return message.build();
    }

    /** A length that covers the whole address means a single address. */
    private static void addVip(
            mesh.ambit.protocol.workload.NetworkAddress sent, List<NetworkAddress> vips, List<NetworkCidr> cidrVips) {
        InetAddress address = AddressBytes.require(sent.getAddress());
        if (!sent.hasLength() || sent.getLength() == sent.getAddress().size() * Byte.SIZE) {
            vips.add(new NetworkAddress(sent.getNetwork(), address));
        } else {
            cidrVips.add(AddressBytes.requireCidr(sent.getNetwork(), sent.getAddress(), sent.getLength()));
        }
    }

    private static LoadBalancing loadBalancing(mesh.ambit.protocol.workload.LoadBalancing message) {
        List<LoadBalancing.Scope> preference = new ArrayList<>();
        for (int number : message.getRoutingPreferenceValueList()) {
            LoadBalancing.Scope scope = Enums.require(LoadBalancing.Scope.values(), number);
            if (scope == LoadBalancing.Scope.UNSPECIFIED_SCOPE) {
                throw new RejectedResource("unknown enum: invalid target");
            }
            preference.add(scope);
        }
        return new LoadBalancing(
                preference,
                Enums.require(LoadBalancing.Mode.values(), message.getModeValue()),
                Enums.require(LoadBalancing.HealthPolicy.values(), message.getHealthPolicyValue()));
    }

    private static mesh.ambit.protocol.workload.LoadBalancing toProto(LoadBalancing loadBalancing) {
        var message = mesh.ambit.protocol.workload.LoadBalancing.newBuilder()
                .setModeValue(Enums.number(loadBalancing.mode()))
                .setHealthPolicyValue(Enums.number(loadBalancing.healthPolicy()));
        loadBalancing.routingPreference().forEach(scope -> message.addRoutingPreferenceValue(Enums.number(scope)));
        return message.build();
    }
}
