package mesh.ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mesh.ambit.model.AppProtocol;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.Locality;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.workload.Address;
import mesh.ambit.protocol.workload.PortList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AddressWireTest {
    private static final ByteString IP = ByteString.copyFrom(new byte[] {10, 77, 1, 2});

    @Test
    void everyFieldOfAWorkloadSurvivesTheWire() {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(
                new NamespacedHostname("shop", "orders.shop.svc.cluster.local"),
                List.of(new Port(80, 8080, AppProtocol.HTTP2), Port.of(443, 0)));
        Workload workload = Workload.builder("Kubernetes//Pod/shop/orders-1")
                .name("orders-1")
                .namespace("shop")
                .addresses(List.of(InetAddress.ofLiteral("10.77.1.2"), InetAddress.ofLiteral("fd77::2")))
                .hostname("orders.example")
                .network("north")
                .tunnelProtocol(TunnelProtocol.HBONE)
                .trustDomain("example.org")
                .serviceAccount("orders")
                .waypoint(new GatewayAddress(new NamespacedHostname("shop", "waypoint"), 15008))
                .networkGateway(
                        new GatewayAddress(new NetworkAddress("south", InetAddress.ofLiteral("192.0.2.1")), 15008))
                .node("node-1")
                .canonicalName("orders")
                .canonicalRevision("v1")
                .workloadType(WorkloadType.POD)
                .workloadName("orders")
                .nativeTunnel(true)
                .applicationTunnel(new ApplicationTunnel(ApplicationTunnel.Protocol.PROXY, 15088))
                .services(services)
                .authorizationPolicies(List.of("shop/strict"))
                .status(WorkloadStatus.UNHEALTHY)
                .clusterId("east")
                .locality(new Locality("eu-1", "eu-1a", "rack7"))
                .networkMode(NetworkMode.HOST_NETWORK)
                .capacity(7)
                .capacityGiven(true)
                .build();

        assertThat(roundTrip(workload)).isEqualTo(workload);
    }

    @Test
    void everyFieldOfAServiceSurvivesTheWire() {
        GatewayAddress waypoint = new GatewayAddress(new NamespacedHostname("shop", "waypoint"), 15008);
        Service service = Service.builder("shop", "orders.shop.svc.cluster.local")
                .name("orders")
                .vips(List.of(new NetworkAddress("north", InetAddress.ofLiteral("10.96.0.1"))))
                .cidrVips(List.of(new NetworkCidr("north", InetAddress.ofLiteral("10.97.0.0"), 16)))
                .ports(List.of(new Port(80, 8080, AppProtocol.GRPC)))
                .subjectAltNames(List.of("spiffe://cluster.local/ns/shop/sa/other"))
                .waypoint(waypoint)
                .loadBalancing(new LoadBalancing(
                        List.of(LoadBalancing.Scope.NETWORK, LoadBalancing.Scope.ZONE),
                        LoadBalancing.Mode.FAILOVER,
                        LoadBalancing.HealthPolicy.ALLOW_ALL))
                .ipFamilies(IpFamilies.DUAL)
                .canonical(true)
                .ingressUseWaypoint(true)
                .weightedWaypoints(List.of(new WeightedWaypoint(waypoint, 30)))
                .visibility(Visibility.NAMESPACE)
                .build();

        assertThat(roundTrip(service)).isEqualTo(service);
    }

    @Test
    void whatTheWireLeavesOutIsFilledIn() {
        Workload workload = (Workload) accepted(workload(w -> {}));

        assertThat(workload.trustDomain()).isEqualTo("cluster.local");
        assertThat(workload.serviceAccount()).isEqualTo("default");
        assertThat(workload.clusterId()).isEqualTo("Kubernetes");
        assertThat(workload.capacity()).isEqualTo(1);
        assertThat(workload.tunnelProtocol()).isEqualTo(TunnelProtocol.NONE);
    }

    @Test
    void equalMapsGiveEqualBytesInWhateverOrderTheyWereFilled() {
        NamespacedHostname a = new NamespacedHostname("shop", "a");
        NamespacedHostname b = new NamespacedHostname("shop", "b");
        List<Port> ports = List.of(Port.of(80, 80));
        Workload one = Workload.builder("uid")
                .services(new TreeMap<>(Map.of(a, ports, b, ports)))
                .build();
        Workload other = Workload.builder("uid")
                .services(new TreeMap<>(Map.of(b, ports, a, ports)))
                .build();

        assertThat(AddressWire.encode(one)).isEqualTo(AddressWire.encode(other));
    }

    static Stream<Arguments> rejections() {
        return Stream.of(
                arguments(
                        "XDS payload without resource",
                        Resource.newBuilder().setName("x").build()),
                arguments(
                        "unknown address type",
                        resource(Address.getDefaultInstance().toByteString())),
                arguments("workload without uid", resource(workload(w -> w.clearUid()))),
                arguments(
                        "failed to parse address, had 3 bytes",
                        resource(workload(w -> w.addAddresses(IP.substring(1))))),
                arguments("failed to parse address, had 0 bytes", resource(service(s -> s.addAddressesBuilder()))),
                arguments(
                        "unknown enum: unsupported tunnel protocol: legacy istio mtls",
                        resource(workload(w ->
                                w.setTunnelProtocol(mesh.ambit.protocol.workload.TunnelProtocol.LEGACY_ISTIO_MTLS)))),
                arguments(
                        "decode error: unknown enumeration value 9",
                        resource(workload(w -> w.setTunnelProtocolValue(9)))),
                arguments("decode error: unknown enumeration value 2", resource(workload(w -> w.setStatusValue(2)))),
                arguments(
                        "decode error: unknown enumeration value 5", resource(workload(w -> w.setNetworkModeValue(5)))),
                arguments(
                        "decode error: unknown enumeration value 4",
                        resource(workload(w -> w.getApplicationTunnelBuilder().setProtocolValue(4)))),
                arguments(
                        "failed to parse namespaced hostname: orders",
                        resource(workload(w -> w.putServices("orders", PortList.getDefaultInstance())))),
                arguments(
                        "nonempty gateway address is missing address",
                        resource(workload(w -> w.getWaypointBuilder().setHboneMtlsPort(15008)))),
                arguments(
                        "nonempty gateway address is missing address",
                        resource(workload(w -> w.getNetworkGatewayBuilder()))),
                arguments(
                        "nonempty gateway address is missing address",
                        resource(service(s -> s.addWeightedWaypointsBuilder().setWeight(1)))),
                arguments(
                        "invalid cidr: invalid IP prefix length",
                        resource(service(
                                s -> s.addAddressesBuilder().setAddress(IP).setLength(33)))),
                arguments(
                        "invalid cidr: 10.77.1.2/8 has host bits set",
                        resource(service(
                                s -> s.addAddressesBuilder().setAddress(IP).setLength(8)))),
                arguments(
                        "unknown enum: invalid target",
                        resource(service(s -> s.getLoadBalancingBuilder()
                                .addRoutingPreference(
                                        mesh.ambit.protocol.workload.LoadBalancing.Scope.UNSPECIFIED_SCOPE)))),
                arguments(
                        "decode error: unknown enumeration value 7",
                        resource(service(s -> s.getLoadBalancingBuilder().addRoutingPreferenceValue(7)))),
                arguments(
                        "decode error: unknown enumeration value 4",
                        resource(service(s -> s.getLoadBalancingBuilder().setModeValue(4)))),
                arguments(
                        "decode error: unknown enumeration value 2",
                        resource(service(s -> s.getLoadBalancingBuilder().setHealthPolicyValue(2)))),
                arguments(
                        "decode error: unknown enumeration value -1",
                        resource(service(s -> s.setIpFamiliesValue(-1)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejections")
    void aWrongValueRejectsTheResourceWithAStableReason(String reason, Resource resource) {
        assertThat(AddressWire.decode(resource))
                .isInstanceOfSatisfying(
                        Decoded.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(reason));
    }

    @Test
    void bytesThatAreNoMessageAreUndecodable() {
        Decoded<MeshResource> decoded = AddressWire.decode(resource(ByteString.copyFrom(new byte[] {(byte) 0xff, 1})));

        assertThat(decoded).isInstanceOfSatisfying(Decoded.Rejected.class, rejected -> {
            assertThat(rejected.undecodable()).isTrue();
            assertThat(rejected.reason()).startsWith("decode: ");
        });
    }

    @Test
    void whatTheReferenceToleratesIsTolerated() {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        Workload workload = (Workload) accepted(workload(w -> w.setUnknownFields(unknown)
                .setWorkloadTypeValue(9)
                .setCapacity(UInt32Value.of(0))
                .putServices(
                        "shop/orders",
                        PortList.newBuilder()
                                .addPorts(mesh.ambit.protocol.workload.Port.newBuilder()
                                        .setServicePort(65_536 + 80))
                                .build())));
        Service service = (Service) accepted(service(s -> s.setVisibilityValue(9)
                .clearHostname()
                .addAddresses(mesh.ambit.protocol.workload.NetworkAddress.newBuilder()
                        .setAddress(IP)
                        .setLength(32))));

        assertThat(workload.workloadType()).isEqualTo(WorkloadType.DEPLOYMENT);
        assertThat(workload.capacity()).isZero();
        assertThat(workload.services().firstEntry().getValue()).containsExactly(Port.of(80, 0));
        assertThat(service.visibility()).isEqualTo(Visibility.PUBLIC);
        assertThat(service.hostname()).isEmpty();
        assertThat(service.vips()).hasSize(1);
        assertThat(service.cidrVips()).isEmpty();
    }

    @Test
    void anAddressMappedIntoIpv6IsTheIpv4Address() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        System.arraycopy(IP.toByteArray(), 0, mapped, 12, 4);
        Workload workload = (Workload) accepted(workload(w -> w.addAddresses(ByteString.copyFrom(mapped))));

        assertThat(workload.addresses()).containsExactly(InetAddress.getByAddress(IP.toByteArray()));
    }

    private static MeshResource roundTrip(MeshResource resource) {
        return accepted(AddressWire.encode(resource));
    }

    private static MeshResource accepted(ByteString bytes) {
        Decoded<MeshResource> decoded = AddressWire.decode(resource(bytes));
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return ((Decoded.Accepted<MeshResource>) decoded).value();
    }

    private static Resource resource(ByteString bytes) {
        return Resource.newBuilder()
                .setName("x")
                .setResource(Any.newBuilder().setValue(bytes))
                .build();
    }

    private static ByteString workload(Consumer<mesh.ambit.protocol.workload.Workload.Builder> change) {
        var workload = mesh.ambit.protocol.workload.Workload.newBuilder().setUid("uid");
        change.accept(workload);
        return Address.newBuilder().setWorkload(workload).build().toByteString();
    }

    private static ByteString service(Consumer<mesh.ambit.protocol.workload.Service.Builder> change) {
        var service = mesh.ambit.protocol.workload.Service.newBuilder()
                .setNamespace("shop")
                .setHostname("orders");
        change.accept(service);
        return Address.newBuilder().setService(service).build().toByteString();
    }
}
