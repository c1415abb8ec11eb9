package mesh.ambit.wire;

import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;

/** Addresses of waypoints and gateways. */
final class GatewayWire {
    private GatewayWire() {}

    static GatewayAddress fromProto(mesh.ambit.protocol.workload.GatewayAddress message) {
        GatewayAddress.Destination destination = switch (message.getDestinationCase()) {
            case HOSTNAME ->
                new NamespacedHostname(
                        message.getHostname().getNamespace(),
                        message.getHostname().getHostname());
            case ADDRESS ->
                new NetworkAddress(
                        message.getAddress().getNetwork(),
                        AddressBytes.require(message.getAddress().getAddress()));
            case DESTINATION_NOT_SET -> throw new RejectedResource("nonempty gateway address is missing address");
        };
        return new GatewayAddress(destination, PortWire.low16Bits(message.getHboneMtlsPort()));
    }

    static mesh.ambit.protocol.workload.GatewayAddress toProto(GatewayAddress gateway) {
        var message =
                mesh.ambit.protocol.workload.GatewayAddress.newBuilder().setHboneMtlsPort(gateway.hboneMtlsPort());
        switch (gateway.destination()) {
            case NamespacedHostname name ->
                message.getHostnameBuilder().setNamespace(name.namespace()).setHostname(name.hostname());
            case NetworkAddress address -> message.setAddress(toProto(address));
        }
        return message.build();
    }

    static mesh.ambit.protocol.workload.NetworkAddress toProto(NetworkAddress address) {
        return mesh.ambit.protocol.workload.NetworkAddress.newBuilder()
                .setNetwork(address.network())
                .setAddress(AddressBytes.bytes(address.address()))
                .build();
    }
}
