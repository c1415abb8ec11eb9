package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.inbound.InboundTarget.Application;
import mesh.ambit.ztunnel.inbound.InboundTarget.Reason;
import mesh.ambit.ztunnel.inbound.InboundTarget.Refused;
import org.junit.jupiter.api.Test;

class InboundRouterTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("10.0.0.1");
    private static final NamespacedHostname WEB = new NamespacedHostname("default", "web");
    private static final NamespacedHostname OTHER = new NamespacedHostname("default", "other");
    private static final NamespacedHostname WP = new NamespacedHostname("default", "wp");

    private final InboundRouter router = new InboundRouter("", Set.of(15001, 15006, 15008), InboundSettings.DEFAULT);
    private final InboundRouter trusting = new InboundRouter(
            "", Set.of(15008), new InboundSettings(ConnectHostname.ANY, false, RequireWaypoint.OFF, true, false));

    @Test
    void ownAddressIsTakenWithThePortAsGiven() {
        assertThat(target(mesh(), pod(WEB), "10.0.0.1:8080")).isEqualTo(application(8080));
        assertThat(target(mesh(), pod(WEB), "10.0.0.1:0")).isEqualTo(application(0));
    }

    @Test
    void otherAddressesAreNotOurs() {
        Workload other =
                Workload.builder("b").addresses(List.of(ip("10.0.0.2"))).build();
        for (String asked : List.of("10.0.0.2:80", "127.0.0.1:80", "0.0.0.0:80", "10.96.0.1:80", "10.9.9.9:80")) {
            assertThat(reason(target(mesh(other, service(WEB).build()), pod(WEB), asked)))
                    .isEqualTo(Reason.NOT_OURS);
        }
        assertThat(target(mesh(), pod(WEB), "10.0.0.2:80"))
                .isEqualTo(new Refused(Reason.NOT_OURS, "ip mismatch: 10.0.0.1 != 10.0.0.2"));
    }

    @Test
    void addressOfAServiceThatWeAreTheWaypointOfIsOursUnderOurOwnAddress() {
        Service web = service(WEB).waypoint(new GatewayAddress(WP, 15008)).build();
        Service wp = service(WP).vips(List.of(vip("10.96.0.9"))).build();
        Workload instance = pod(WP);

        assertThat(target(mesh(web, wp, instance), instance, "10.96.0.1:80")).isEqualTo(application(80));
        assertThat(reason(target(mesh(web, wp), pod(OTHER), "10.96.0.1:80"))).isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void waypointMayBeNamedByItsServicesAddressOrByItsOwnNotByWeight() {
        Workload instance = pod(WP);
        Service wp = service(WP).vips(List.of(vip("10.96.0.9"))).build();
        Service byVip = service(WEB)
                .waypoint(new GatewayAddress(vip("10.96.0.9"), 15008))
                .build();
        Service byAddress = service(WEB)
                .waypoint(new GatewayAddress(vip("10.0.0.1"), 15008))
                .build();
        Service byWeight = service(WEB)
                .weightedWaypoints(List.of(new WeightedWaypoint(new GatewayAddress(WP, 15008), 1)))
                .build();

        assertThat(target(mesh(byVip, wp, instance), instance, "10.96.0.1:80")).isEqualTo(application(80));
        assertThat(target(mesh(byAddress, instance), instance, "10.96.0.1:80")).isEqualTo(application(80));
        assertThat(reason(target(mesh(byWeight, wp, instance), instance, "10.96.0.1:80")))
                .as("upstream looks at the other field alone")
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void addressOfAWorkloadThatWeAreTheWaypointOfIsOurs() {
        Workload instance = pod(WP);
        Workload served = Workload.builder("b")
                .addresses(List.of(ip("10.0.0.2")))
                .waypoint(new GatewayAddress(WP, 15008))
                .build();

        assertThat(target(mesh(served, service(WP).vips(List.of()).build(), instance), instance, "10.0.0.2:80"))
                .isEqualTo(application(80));
    }

    @Test
    void hostNameLeadsToTheTargetPortOfOurService() {
        Workload mapped = pod(WEB, Port.of(81, 9090), Port.of(84, 0));
        Service web = service(WEB).build();
        MeshSnapshot mesh = mesh(web, mapped);

        assertThat(target(mesh, mapped, "web:80")).isEqualTo(application(8080, web));
        assertThat(target(mesh, mapped, "web:81")).isEqualTo(application(9090, web));
        assertThat(target(mesh, mapped, "web:84")).isEqualTo(application(0, web));
        assertThat(target(mesh, mapped, "web:82"))
                .isEqualTo(new Refused(Reason.UNKNOWN_PORT, "requested service web:82 found, but cannot resolve port"));
        assertThat(target(mesh, mapped, "WEB:80"))
                .isEqualTo(new Refused(Reason.UNKNOWN_HOSTNAME, "no service or workload for hostname: WEB"));
    }

    @Test
    void hostNameOfAServiceThatIsNotOursIsRefusedUnlessWeAreAGatewayOrMayTakeAny() {
        Service other = service(OTHER).build();
        Workload pod = pod(WEB);

        assertThat(reason(target(mesh(other, pod), pod, "other:80"))).isEqualTo(Reason.FOREIGN_SERVICE);
        assertThat(trusting.target(mesh(other, pod), pod, OWN, authority("other:80")))
                .isEqualTo(application(8080, other));
        Service behindUs = service(WP).waypoint(new GatewayAddress(WEB, 15008)).build();
        assertThat(target(mesh(other, pod, behindUs), pod, "other:80")).isEqualTo(application(8080, other));
    }

    @Test
    void applicationTunnelTakesWhateverIsAskedForOnItsOwnPort() {
        Workload silent = tunnel(ApplicationTunnel.Protocol.NONE, 15088);
        Workload told = tunnel(ApplicationTunnel.Protocol.PROXY, 15088);
        Workload samePort = tunnel(ApplicationTunnel.Protocol.PROXY, 0);

        assertThat(target(mesh(), silent, "10.9.9.9:80")).isEqualTo(application(15088));
        assertThat(target(mesh(), told, "10.9.9.9:80"))
                .isEqualTo(new Application(new InetSocketAddress(OWN, 15088), socket("10.9.9.9", 80), true, null));
        assertThat(target(mesh(), samePort, "10.0.0.1:80"))
                .isEqualTo(new Application(new InetSocketAddress(OWN, 80), socket("10.0.0.1", 80), true, null));
        assertThat(trusting.target(mesh(), told, OWN, authority("10.9.9.9:80")))
                .isEqualTo(new Application(new InetSocketAddress(OWN, 15088), socket("10.9.9.9", 80), false, null));
    }

    @Test
    void ownPortsAreRefusedBeforeTheApplicationTunnelChangesThem() {
        assertThat(reason(target(mesh(), tunnel(ApplicationTunnel.Protocol.PROXY, 15088), "10.0.0.1:15008")))
                .isEqualTo(Reason.SELF_CALL);
        assertThat(target(mesh(), tunnel(ApplicationTunnel.Protocol.NONE, 15008), "10.0.0.1:80"))
                .isEqualTo(application(15008));
    }

    @Test
    void hostNameIsAnnouncedByAVirtualAddressOfOurNetworkIpv4First() {
        Workload told = tunnel(ApplicationTunnel.Protocol.PROXY, 15088);
        Service dual = service(WEB)
                .vips(List.of(
                        new NetworkAddress("far", ip("10.96.0.7")),
                        vip("10.96.0.8"),
                        vip("fd00::8"),
                        new NetworkAddress("far", ip("10.96.0.9"))))
                .build();
        Service far = service(WEB)
                .vips(List.of(new NetworkAddress("far", ip("10.96.0.7")), new NetworkAddress("far", ip("10.96.0.9"))))
                .build();
        Service headless = service(WEB).vips(List.of()).build();

        assertThat(target(mesh(dual, told), told, "web:80"))
                .isEqualTo(new Application(new InetSocketAddress(OWN, 15088), socket("10.96.0.8", 80), true, dual));
        assertThat(target(mesh(far, told), told, "web:80"))
                .isEqualTo(new Application(new InetSocketAddress(OWN, 15088), socket("10.96.0.9", 80), true, far));
        assertThat(target(mesh(headless, told), told, "web:80"))
                .isEqualTo(
                        new Refused(Reason.NO_SERVICE_ADDRESS, "requested service web found, but has no IP addresses"));
        assertThat(target(mesh(headless, pod(WEB)), pod(WEB), "web:80")).isEqualTo(application(8080, headless));
    }

    @Test
    void addressOfAWaypointIsAWorkloadBeforeItIsAService() {
        Service web = service(WEB)
                .waypoint(new GatewayAddress(vip("10.0.0.7"), 15008))
                .build();
        Service there = service(WP).vips(List.of(vip("10.0.0.7"))).build();
        Workload before =
                Workload.builder("b").addresses(List.of(ip("10.0.0.7"))).build();
        Workload instance = pod(WP);

        assertThat(target(mesh(web, there, instance), instance, "10.96.0.1:80")).isEqualTo(application(80));
        assertThat(reason(target(mesh(web, there, instance, before), instance, "10.96.0.1:80")))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void ourOwnPortsAreRefusedAfterMapping() {
        Workload mapped = pod(WEB, Port.of(81, 15001));

        assertThat(reason(target(mesh(), pod(WEB), "10.0.0.1:15006"))).isEqualTo(Reason.SELF_CALL);
        assertThat(reason(target(mesh(service(WEB).build(), mapped), mapped, "web:81")))
                .isEqualTo(Reason.SELF_CALL);
    }

    @Test
    void statusTellsTheSenderWhoseFaultItIs() {
        assertThat(Arrays.stream(Reason.values()).filter(r -> r.status() == 400))
                .containsExactly(Reason.METHOD, Reason.AUTHORITY, Reason.NOT_OURS);
        assertThat(Arrays.stream(Reason.values()).filter(r -> r.status() != 400))
                .allMatch(r -> r.status() == 503);
    }

    private InboundTarget target(MeshSnapshot mesh, Workload local, String authority) {
        return router.target(mesh, local, OWN, authority(authority));
    }

    private static Authority authority(String text) {
        return Objects.requireNonNull(Authority.parse(text));
    }

    private static Reason reason(InboundTarget target) {
        return ((Refused) target).reason();
    }

    private static Application application(int port) {
        return new Application(new InetSocketAddress(OWN, port), null, false, null);
    }

    private static Application application(int port, Service named) {
        return new Application(new InetSocketAddress(OWN, port), null, false, named);
    }

    private static MeshSnapshot mesh(MeshResource... resources) {
        return MeshSnapshot.EMPTY.apply(List.of(resources), List.of());
    }

    private static Service.Builder service(NamespacedHostname key) {
        return Service.builder(key.namespace(), key.hostname())
                .ports(List.of(Port.of(80, 8080), Port.of(81, 0)))
                .vips(List.of(vip("10.96.0.1")));
    }

    private static Workload pod(NamespacedHostname service, Port... ports) {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(service, List.of(ports));
        return Workload.builder("Kubernetes//Pod/default/pod")
                .namespace("default")
                .addresses(List.of(OWN))
                .services(services)
                .build();
    }

    private static Workload tunnel(ApplicationTunnel.Protocol protocol, int port) {
        return pod(WEB).toBuilder()
                .applicationTunnel(new ApplicationTunnel(protocol, port))
                .build();
    }

    private static InetSocketAddress socket(String address, int port) {
        return new InetSocketAddress(ip(address), port);
    }

    private static NetworkAddress vip(String address) {
        return new NetworkAddress("", ip(address));
    }

    private static InetAddress ip(String address) {
        return InetAddress.ofLiteral(address);
    }
}
