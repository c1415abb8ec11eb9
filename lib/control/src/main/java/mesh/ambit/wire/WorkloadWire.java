package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UInt32Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import mesh.ambit.protocol.workload.PortList;

/** Workloads. What the wire leaves out is filled in here, what it would leave out is left out again. */
final class WorkloadWire {
    private static final String DEFAULT_SERVICE_ACCOUNT = "default";

    private WorkloadWire() {}

    static Workload fromProto(mesh.ambit.protocol.workload.Workload message) {
        if (message.getUid().isEmpty()) {
            throw new RejectedResource("workload without uid");
        }
        return Workload.builder(message.getUid())
                .name(message.getName())
                .namespace(message.getNamespace())
                .addresses(addresses(message.getAddressesList()))
                .hostname(message.getHostname())
                .network(message.getNetwork())
                .tunnelProtocol(tunnelProtocol(message.getTunnelProtocolValue()))
                .trustDomain(orElse(message.getTrustDomain(), SpiffeId.DEFAULT_TRUST_DOMAIN))
                .serviceAccount(orElse(message.getServiceAccount(), DEFAULT_SERVICE_ACCOUNT))
                .waypoint(message.hasWaypoint() ? GatewayWire.fromProto(message.getWaypoint()) : null)
                .networkGateway(message.hasNetworkGateway() ? GatewayWire.fromProto(message.getNetworkGateway()) : null)
                .node(message.getNode())
                .canonicalName(message.getCanonicalName())
                .canonicalRevision(message.getCanonicalRevision())
                .workloadType(
                        Enums.orElse(WorkloadType.values(), message.getWorkloadTypeValue(), WorkloadType.DEPLOYMENT))
                .workloadName(message.getWorkloadName())
                .nativeTunnel(message.getNativeTunnel())
                .applicationTunnel(
                        message.hasApplicationTunnel() ? applicationTunnel(message.getApplicationTunnel()) : null)
                .services(services(message.getServicesMap()))
                .authorizationPolicies(message.getAuthorizationPoliciesList())
                .status(Enums.require(WorkloadStatus.values(), message.getStatusValue()))
                .clusterId(orElse(message.getClusterId(), Workload.DEFAULT_CLUSTER))
                .locality(locality(message.getLocality()))
                .networkMode(Enums.require(NetworkMode.values(), message.getNetworkModeValue()))
                .capacity(message.hasCapacity() ? message.getCapacity().getValue() : 1)
                .capacityGiven(message.hasCapacity())
                .build();
    }

    static mesh.ambit.protocol.workload.Workload toProto(Workload workload) {
        var message = mesh.ambit.protocol.workload.Workload.newBuilder()
                .setUid(workload.uid())
                .setName(workload.name())
                .setNamespace(workload.namespace())
                .setHostname(workload.hostname())
                .setNetwork(workload.network())
                .setTunnelProtocolValue(Enums.number(workload.tunnelProtocol()))
                .setServiceAccount(workload.serviceAccount())
                .setNode(workload.node())
                .setCanonicalName(workload.canonicalName())
                .setCanonicalRevision(workload.canonicalRevision())
                .setWorkloadTypeValue(Enums.number(workload.workloadType()))
                .setWorkloadName(workload.workloadName())
                .setNativeTunnel(workload.nativeTunnel())
                .addAllAuthorizationPolicies(workload.authorizationPolicies())
                .setStatusValue(Enums.number(workload.status()))
                .setClusterId(workload.clusterId())
                .setNetworkModeValue(Enums.number(workload.networkMode()));
        workload.addresses().forEach(address -> message.addAddresses(AddressBytes.bytes(address)));
        if (!workload.trustDomain().equals(SpiffeId.DEFAULT_TRUST_DOMAIN)) {
            message.setTrustDomain(workload.trustDomain());
        }
        if (workload.waypoint() != null) {
            message.setWaypoint(GatewayWire.toProto(workload.waypoint()));
        }
        if (workload.networkGateway() != null) {
            message.setNetworkGateway(GatewayWire.toProto(workload.networkGateway()));
        }
        ApplicationTunnel tunnel = workload.applicationTunnel();
        if (tunnel != null) {
            message.getApplicationTunnelBuilder()
                    .setProtocolValue(Enums.number(tunnel.protocol()))
                    .setPort(tunnel.port());
        }
        workload.services()
                .forEach((service, ports) -> message.putServices(
                        service.toString(),
                        PortList.newBuilder()
                                .addAllPorts(PortWire.toProto(ports))
                                .build()));
        if (!workload.locality().isEmpty()) {
            message.getLocalityBuilder()
                    .setRegion(workload.locality().region())
                    .setZone(workload.locality().zone())
                    .setSubzone(workload.locality().subzone());
        }
        if (workload.capacityGiven() || workload.capacity() != 1) {
            message.setCapacity(UInt32Value.of(workload.capacity()));
        }
        return message.build();
    }

    private static List<InetAddress> addresses(List<ByteString> sent) {
        List<InetAddress> addresses = new ArrayList<>(sent.size());
        for (ByteString bytes : sent) {
            addresses.add(AddressBytes.require(bytes));
        }
        return addresses;
    }

    private static TunnelProtocol tunnelProtocol(int number) {
        return switch (number) {
            case mesh.ambit.protocol.workload.TunnelProtocol.NONE_VALUE -> TunnelProtocol.NONE;
            case mesh.ambit.protocol.workload.TunnelProtocol.HBONE_VALUE -> TunnelProtocol.HBONE;
            case mesh.ambit.protocol.workload.TunnelProtocol.LEGACY_ISTIO_MTLS_VALUE ->
                throw new RejectedResource("unknown enum: unsupported tunnel protocol: legacy istio mtls");
            default -> throw RejectedResource.unknownEnum(number);
        };
    }

    private static ApplicationTunnel applicationTunnel(mesh.ambit.protocol.workload.ApplicationTunnel message) {
        return new ApplicationTunnel(
                Enums.require(ApplicationTunnel.Protocol.values(), message.getProtocolValue()),
                PortWire.low16Bits(message.getPort()));
    }

    private static SortedMap<NamespacedHostname, List<Port>> services(Map<String, PortList> sent) {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        sent.forEach((key, ports) -> {
            NamespacedHostname service = NamespacedHostname.tryParse(key);
            if (service == null) {
                throw new RejectedResource("failed to parse namespaced hostname: " + key);
            }
            services.put(service, PortWire.fromProto(ports.getPortsList()));
        });
        return services;
    }

    private static Locality locality(mesh.ambit.protocol.workload.Locality message) {
        Locality locality = new Locality(message.getRegion(), message.getZone(), message.getSubzone());
        return locality.isEmpty() ? Locality.NONE : locality;
    }

    private static String orElse(String text, String fallback) {
        return text.isEmpty() ? fallback : text;
    }
}
