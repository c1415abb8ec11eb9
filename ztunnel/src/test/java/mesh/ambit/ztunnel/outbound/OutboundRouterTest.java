package mesh.ambit.ztunnel.outbound;

import static mesh.ambit.ztunnel.outbound.TestMesh.at;
import static mesh.ambit.ztunnel.outbound.TestMesh.ip;
import static mesh.ambit.ztunnel.outbound.TestMesh.key;
import static mesh.ambit.ztunnel.outbound.TestMesh.mesh;
import static mesh.ambit.ztunnel.outbound.TestMesh.pod;
import static mesh.ambit.ztunnel.outbound.TestMesh.vip;
import static mesh.ambit.ztunnel.outbound.TestMesh.web;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Hbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Passthrough;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Reason;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Refused;
import org.junit.jupiter.api.Test;

class OutboundRouterTest {
    private static final Workload CLIENT = pod("client", "10.0.0.1").build();
    private static final Workload WEB = pod("web", "10.0.0.2", "default/web").build();
    private static final Workload WAYPOINT = pod("wp", "10.0.0.9", "default/wp").build();
    private static final GatewayAddress TO_WAYPOINT =
            new GatewayAddress(new NamespacedHostname("default", "wp"), 15008);
    private static final Service WP_SERVICE = Service.builder("default", "wp")
            .ports(List.of(Port.of(15008, 15008)))
            .vips(List.of(vip("10.96.0.9")))
            .build();

    private final OutboundRouter router = new OutboundRouter("", Set.of(15001, 15006, 15008));

    @Test
    void dialOfOurOwnPortsOverLoopbackIsRefused() {
        assertThat(reason(route(mesh(), "127.0.0.1", 15001))).isEqualTo(Reason.SELF_CALL);
        assertThat(reason(route(mesh(), "::1", 15008))).isEqualTo(Reason.SELF_CALL);
        assertThat(route(mesh(), "127.0.0.1", 80)).isInstanceOf(Passthrough.class);
        assertThat(route(mesh(), "10.0.0.7", 15001)).isInstanceOf(Passthrough.class);
    }

    @Test
    void unknownAddressIsPassedThroughAndNamesNobody() {
        assertThat(route(mesh(WEB), "192.0.2.1", 443)).isEqualTo(new Passthrough(at("192.0.2.1", 443), null, null));
    }

    @Test
    void workloadOnHboneIsReachedThroughATunnelToItself() {
        assertThat(route(mesh(WEB), "10.0.0.2", 8080))
                .isEqualTo(new Hbone(at("10.0.0.2", 15008), at("10.0.0.2", 8080), sans("web"), WEB, null));
    }

    @Test
    void workloadWithoutHboneIsReachedInPlain() {
        Workload plain =
                pod("plain", "10.0.0.3").tunnelProtocol(TunnelProtocol.NONE).build();

        assertThat(route(mesh(plain), "10.0.0.3", 80)).isEqualTo(new Passthrough(at("10.0.0.3", 80), plain, null));
    }

    @Test
    void hostNetworkWorkloadIsPassedThroughByAddressAndReachedByService() {
        Workload host = WEB.toBuilder().networkMode(NetworkMode.HOST_NETWORK).build();
        MeshSnapshot mesh = mesh(host, web().build());

        assertThat(route(mesh, "10.0.0.2", 80)).isEqualTo(new Passthrough(at("10.0.0.2", 80), null, null));
        assertThat(route(mesh, "10.96.0.1", 80)).isInstanceOf(Hbone.class);
    }

    @Test
    void servicePortIsMappedByTheEndpointThenByTheService() {
        Workload mapped =
                endpoint("web", "10.0.0.2", "default/web", Port.of(81, 9090), Port.of(82, 9091), Port.of(84, 0));
        Service web = web().ports(List.of(Port.of(80, 8080), Port.of(81, 0), Port.of(82, 8080), Port.of(84, 8080)))
                .build();
        MeshSnapshot mesh = mesh(mapped, web);

        assertThat(authority(route(mesh, "10.96.0.1", 80))).isEqualTo("10.0.0.2:8080");
        assertThat(authority(route(mesh, "10.96.0.1", 81))).isEqualTo("10.0.0.2:9090");
        assertThat(authority(route(mesh, "10.96.0.1", 82))).isEqualTo("10.0.0.2:9091");
        assertThat(authority(route(mesh, "10.96.0.1", 84))).isEqualTo("10.0.0.2:0");
        assertThat(reason(route(mesh, "10.96.0.1", 83))).isEqualTo(Reason.NO_HEALTHY_UPSTREAM);
    }

    @Test
    void namedPortThatTheEndpointDoesNotMapHasNoUpstream() {
        MeshSnapshot mesh = mesh(WEB, web().ports(List.of(Port.of(80, 0))).build());

        assertThat(reason(route(mesh, "10.96.0.1", 80))).isEqualTo(Reason.NO_HEALTHY_UPSTREAM);
    }

    @Test
    void serviceWithoutEndpointsIsRefusedRatherThanPassedThrough() {
        assertThat(route(mesh(web().build()), "10.96.0.1", 80))
                .isEqualTo(new Refused(Reason.NO_HEALTHY_UPSTREAM, "no healthy upstream: 10.96.0.1:80", web().build()));
    }

    @Test
    void serviceInPassthroughModeKeepsTheOriginalDestination() {
        Service web = web().loadBalancing(new LoadBalancing(List.of(), Mode.PASSTHROUGH, HealthPolicy.ALLOW_ALL))
                .build();

        assertThat(route(mesh(WEB, web), "10.96.0.1", 80)).isEqualTo(new Passthrough(at("10.96.0.1", 80), null, null));
    }

    @Test
    void namesThatTheServiceAddsAreAcceptedBesideTheWorkloads() {
        Service web = web().subjectAltNames(List.of("spiffe://x/ns/y/sa/z")).build();

        assertThat(((Hbone) route(mesh(WEB, web), "10.96.0.1", 80)).expectedSans())
                .containsExactly("spiffe://x/ns/y/sa/z", "spiffe://cluster.local/ns/default/sa/web");
        assertThat(((Hbone) route(mesh(WEB, web), "10.0.0.2", 80)).expectedSans())
                .containsExactly("spiffe://cluster.local/ns/default/sa/web");
    }

    @Test
    void endpointsAreDrawnByCapacityAndZeroNever() {
        Workload nine = pod("nine", "10.0.0.3", "default/web").capacity(9).build();
        Workload one = pod("one", "10.0.0.4", "default/web").capacity(1).build();
        Workload zero = pod("zero", "10.0.0.5", "default/web").capacity(0).build();
        MeshSnapshot mesh = mesh(nine, one, zero, web().build());
        Map<String, Integer> counts = new HashMap<>();
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            counts.merge(authority(route(mesh, CLIENT, "10.96.0.1", 80, random)), 1, Integer::sum);
        }

        assertThat(counts).containsOnlyKeys("10.0.0.3:8080", "10.0.0.4:8080");
        assertThat(counts.get("10.0.0.4:8080")).isBetween(60, 140);
        assertThat(reason(route(mesh(zero, web().build()), "10.96.0.1", 80))).isEqualTo(Reason.NO_HEALTHY_UPSTREAM);
    }

    @Test
    void addressOfTheDialledFamilyIsPreferredAmongThoseTheServiceAllows() {
        Workload dual = pod("web", "10.0.0.2", "default/web")
                .addresses(List.of(ip("10.0.0.2"), ip("fd00::2")))
                .build();
        Service web = web().vips(List.of(vip("10.96.0.1"), vip("fd96::1"))).build();

        assertThat(authority(route(mesh(dual, web), "10.96.0.1", 80))).isEqualTo("10.0.0.2:8080");
        assertThat(authority(route(mesh(dual, web), "fd96::1", 80))).isEqualTo("[fd00::2]:8080");
        Service onlyIpv6 = web.toBuilder().ipFamilies(IpFamilies.IPV6_ONLY).build();
        assertThat(authority(route(mesh(dual, onlyIpv6), "10.96.0.1", 80))).isEqualTo("[fd00::2]:8080");
        Service onlyIpv4 = web.toBuilder().ipFamilies(IpFamilies.IPV4_ONLY).build();
        assertThat(authority(route(mesh(dual, onlyIpv4), "fd96::1", 80))).isEqualTo("10.0.0.2:8080");
    }

    @Test
    void workloadWithoutAUsableAddressIsRefusedUnlessItHasAHostName() {
        Service onlyIpv6 = web().ipFamilies(IpFamilies.IPV6_ONLY).build();
        assertThat(reason(route(mesh(WEB, onlyIpv6), "10.96.0.1", 80))).isEqualTo(Reason.NO_ADDRESS);

        Workload named =
                WEB.toBuilder().addresses(List.of()).hostname("ext.example").build();
        Hbone route = (Hbone) route(mesh(named, web().build()), "10.96.0.1", 80);
        assertThat(route.nextHop()).isEqualTo(InetSocketAddress.createUnresolved("ext.example", 15008));
        assertThat(route.to(ip("10.0.0.7")))
                .isEqualTo(new Hbone(at("10.0.0.7", 15008), at("10.0.0.7", 8080), sans("web"), named, web().build()));
    }

    @Test
    void endpointInAnotherNetworkIsRefused() {
        Workload remote = WEB.toBuilder().network("far").build();

        assertThat(reason(route(mesh(remote, web().build()), "10.96.0.1", 80)))
                .isEqualTo(Reason.UNKNOWN_NETWORK_GATEWAY);
    }

    @Test
    void addressThatIsAWorkloadsAndAServicesGoesToTheServicesEndpointButNotAsAServiceWithAWaypoint() {
        Workload other = pod("other", "10.0.0.5").build();
        Service web = web().vips(List.of(vip("10.0.0.5"))).waypoint(TO_WAYPOINT).build();

        assertThat(authority(route(mesh(WEB, other, web, WP_SERVICE, WAYPOINT), "10.0.0.5", 80)))
                .isEqualTo("10.0.0.2:8080");
    }

    @Test
    void serviceWaypointComesBeforeEndpointsAndIsToldTheServicesAddress() {
        Service web = web().waypoint(TO_WAYPOINT).build();

        assertThat(route(mesh(WEB, web, WAYPOINT, WP_SERVICE), "10.96.0.1", 80))
                .isEqualTo(new Hbone(at("10.0.0.9", 15008), at("10.96.0.1", 80), sans("wp"), WAYPOINT, web));
    }

    @Test
    void waypointIsReachedByHboneWhateverItsRecordSays() {
        Workload plain =
                WAYPOINT.toBuilder().tunnelProtocol(TunnelProtocol.NONE).build();

        assertThat(route(mesh(WEB, web().waypoint(TO_WAYPOINT).build(), plain, WP_SERVICE), "10.96.0.1", 80))
                .isInstanceOf(Hbone.class);
    }

    @Test
    void waypointMayBeNamedByAddressOrAsAWorkload() {
        Service byAddress =
                web().waypoint(new GatewayAddress(vip("10.96.0.9"), 15008)).build();
        assertThat(nextHop(route(mesh(WEB, byAddress, WAYPOINT, WP_SERVICE), "10.96.0.1", 80)))
                .isEqualTo("10.0.0.9:15008");

        Service byPod =
                web().waypoint(new GatewayAddress(vip("10.0.0.9"), 15018)).build();
        assertThat(nextHop(route(mesh(WEB, byPod, WAYPOINT), "10.96.0.1", 80))).isEqualTo("10.0.0.9:15018");

        Workload named = WAYPOINT.toBuilder().hostname("wp").build();
        assertThat(nextHop(route(mesh(WEB, web().waypoint(TO_WAYPOINT).build(), named), "10.96.0.1", 80)))
                .isEqualTo("10.0.0.9:15008");
    }

    @Test
    void waypointThatIsNotThereIsNotBypassed() {
        Service web = web().waypoint(TO_WAYPOINT).build();

        Refused unknown = (Refused) route(mesh(WEB, web), "10.96.0.1", 80);
        assertThat(unknown.reason()).isEqualTo(Reason.UNKNOWN_WAYPOINT);
        assertThat(unknown.text())
                .isEqualTo("unknown waypoint: waypoint " + ((NamespacedHostname) TO_WAYPOINT.destination()).hostname()
                        + " not found");
        assertThat(reason(route(mesh(WEB, web, WP_SERVICE), "10.96.0.1", 80))).isEqualTo(Reason.UNKNOWN_WAYPOINT);
    }

    @Test
    void waypointBehindAnApplicationTunnelNeedsNoServicePort() {
        Workload sandwiched = WAYPOINT.toBuilder()
                .applicationTunnel(new ApplicationTunnel(ApplicationTunnel.Protocol.PROXY, 15088))
                .build();
        Service portless =
                WP_SERVICE.toBuilder().ports(List.of(Port.of(80, 80))).build();
        Service web = web().waypoint(TO_WAYPOINT).build();

        assertThat(nextHop(route(mesh(WEB, web, sandwiched, portless), "10.96.0.1", 80)))
                .isEqualTo("10.0.0.9:15008");
        assertThat(reason(route(mesh(WEB, web, WAYPOINT, portless), "10.96.0.1", 80)))
                .isEqualTo(Reason.UNKNOWN_WAYPOINT);
    }

    @Test
    void weightedWaypointsShareTheConnections() {
        Workload second = pod("wp2", "10.0.0.10").hostname("wp2").build();
        GatewayAddress toSecond = new GatewayAddress(new NamespacedHostname("default", "wp2"), 15008);
        Service web = web().waypoint(TO_WAYPOINT)
                .weightedWaypoints(List.of(new WeightedWaypoint(TO_WAYPOINT, 0), new WeightedWaypoint(toSecond, 1)))
                .build();

        assertThat(nextHop(route(mesh(WEB, web, WAYPOINT, WP_SERVICE, second), "10.96.0.1", 80)))
                .isEqualTo("10.0.0.10:15008");
    }

    @Test
    void workloadWaypointIsUsedOnlyWhenTheWorkloadWasDialledByAddress() {
        Workload web = WEB.toBuilder().waypoint(TO_WAYPOINT).build();
        MeshSnapshot mesh = mesh(web, web().build(), WAYPOINT, WP_SERVICE);

        assertThat(route(mesh, "10.0.0.2", 8080))
                .isEqualTo(new Hbone(at("10.0.0.9", 15008), at("10.0.0.2", 8080), sans("wp"), WAYPOINT, null));
        assertThat(nextHop(route(mesh, "10.96.0.1", 80))).isEqualTo("10.0.0.2:15008");
    }

    @Test
    void waypointItselfReachesItsWorkloadDirectly() {
        Workload web = WEB.toBuilder().waypoint(TO_WAYPOINT).build();
        MeshSnapshot mesh = mesh(web, WAYPOINT, WP_SERVICE);

        OutboundRoute fromWaypoint = route(mesh, WAYPOINT, ip("10.0.0.9"), "10.0.0.2", 8080, new Random(1));
        OutboundRoute fromElsewhere = route(mesh, WAYPOINT, ip("10.0.0.8"), "10.0.0.2", 8080, new Random(1));

        assertThat(nextHop(fromWaypoint)).isEqualTo("10.0.0.2:15008");
        assertThat(nextHop(fromElsewhere)).isEqualTo("10.0.0.9:15008");
    }

    @Test
    void oneOfSeveralWaypointsReachesItsWorkloadDirectlyWhicheverWouldBeDrawn() {
        Workload web = WEB.toBuilder().waypoint(TO_WAYPOINT).build();
        Workload first =
                pod("wp-1", "10.0.0.9", "default/wp").serviceAccount("wp").build();
        Workload second =
                pod("wp-2", "10.0.0.8", "default/wp").serviceAccount("wp").build();
        MeshSnapshot mesh = mesh(web, first, second, WP_SERVICE);

        for (int seed = 0; seed < 20; seed++) {
            assertThat(nextHop(route(mesh, first, first.addresses().getFirst(), "10.0.0.2", 8080, new Random(seed))))
                    .isEqualTo("10.0.0.2:15008");
            assertThat(nextHop(route(mesh, second, second.addresses().getFirst(), "10.0.0.2", 8080, new Random(seed))))
                    .isEqualTo("10.0.0.2:15008");
        }
    }

    private OutboundRoute route(MeshSnapshot mesh, String address, int port) {
        return route(mesh, CLIENT, address, port, new Random(1));
    }

    private OutboundRoute route(MeshSnapshot mesh, Workload source, String address, int port, Random random) {
        return route(mesh, source, source.addresses().getFirst(), address, port, random);
    }

    private OutboundRoute route(
            MeshSnapshot mesh, Workload source, InetAddress downstream, String address, int port, Random random) {
        EndpointChoice.Means means =
                new EndpointChoice.Means(Balancing.Rules.UPSTREAM, EndpointLoad.NONE, downstream, null, random);
        return router.decide(mesh, source, at(address, port), means).route();
    }

    private static String authority(OutboundRoute route) {
        return Addresses.print(((Hbone) route).authority());
    }

    private static String nextHop(OutboundRoute route) {
        return Addresses.print(((Hbone) route).nextHop());
    }

    private static Reason reason(OutboundRoute route) {
        return ((Refused) route).reason();
    }

    private static Workload endpoint(String name, String address, String service, Port... ports) {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(key(service), List.of(ports));
        return pod(name, address).services(services).build();
    }

    private static List<String> sans(String account) {
        return List.of("spiffe://cluster.local/ns/default/sa/" + account);
    }
}
