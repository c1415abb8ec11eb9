package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.WeightedWaypoint;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Scope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaypointRuleTest {
    private static final NamespacedHostname WEB = new NamespacedHostname("shop", "web");
    private static final NamespacedHostname WP = new NamespacedHostname("shop", "wp");
    private static final NamespacedHostname WP2 = new NamespacedHostname("shop", "wp2");
    private static final SpiffeId WAYPOINT = id("wp");
    private static final SpiffeId CLIENT = id("client");

    @Test
    void refusalNamesTheWaypointExpectedAndTheIdentitySeen() {
        Workload web = behind(name(WP));
        WaypointRule rule = all(web, service(WP), pod("wp", "10.0.0.9", WP));

        assertThat(rule.refusal(web, from(WAYPOINT, 8080))).isNull();
        assertThat(rule.refusal(web, from(CLIENT, 8080)))
                .isEqualTo("waypoint required: expected shop/wp (" + WAYPOINT + "), got " + CLIENT);
        assertThat(rule.refusal(web, from(null, 8080)))
                .isEqualTo("waypoint required: expected shop/wp (" + WAYPOINT + "), got plaintext");
    }

    @Test
    void whoDeclaresNoneTakesAll() {
        assertThat(all(pod("web", "10.0.0.1", WEB), service(WEB))).isEqualTo(WaypointRule.NONE);
    }

    @Test
    void addressFormLeadsToAServiceOrAWorkload() {
        Workload byVip = behind(new GatewayAddress(new NetworkAddress("", ip("10.96.0.9")), 15008));
        Workload byPod = behind(new GatewayAddress(new NetworkAddress("", ip("10.0.0.9")), 15008));
        Service wp = Service.builder("shop", "wp")
                .vips(List.of(new NetworkAddress("", ip("10.96.0.9"))))
                .build();
        Workload instance = pod("wp", "10.0.0.9", WP);

        assertThat(all(byVip, wp, instance).refusal(byVip, from(WAYPOINT, 80))).isNull();
        assertThat(all(byPod, instance).refusal(byPod, from(WAYPOINT, 80))).isNull();
        assertThat(all(byPod, instance).refusal(byPod, from(CLIENT, 80))).contains("/10.0.0.9 (" + WAYPOINT + ")");
    }

    @Test
    void waypointsOfAServiceStandBeforeItsTargetPortsOnly() {
        Service web = service(WEB).toBuilder()
                .ports(List.of(Port.of(80, 8080), Port.of(81, 0)))
                .waypoint(name(WP))
                .build();
        Workload pod = pod("web", "10.0.0.1", WEB, Port.of(81, 9090));
        WaypointRule rule = all(pod, web, service(WP), pod("wp", "10.0.0.9", WP));

        assertThat(rule.refusal(pod, from(CLIENT, 8080))).isNotNull();
        assertThat(rule.refusal(pod, from(CLIENT, 9090))).isNotNull();
        assertThat(rule.refusal(pod, from(CLIENT, 7070))).isNull();
        assertThat(rule.refusal(pod, from(WAYPOINT, 9090))).isNull();
    }

    @Test
    void eachOfWeightedWaypointsWillDo() {
        Service web = service(WEB).toBuilder()
                .ports(List.of(Port.of(80, 8080)))
                .weightedWaypoints(List.of(new WeightedWaypoint(name(WP), 0), new WeightedWaypoint(name(WP2), 100)))
                .build();
        Workload pod = pod("web", "10.0.0.1", WEB);
        WaypointRule rule =
                all(pod, web, service(WP), service(WP2), pod("wp", "10.0.0.9", WP), pod("wp2", "10.0.0.8", WP2));

        assertThat(rule.refusal(pod, from(WAYPOINT, 8080))).isNull();
        assertThat(rule.refusal(pod, from(id("wp2"), 8080))).isNull();
        assertThat(rule.refusal(pod, from(CLIENT, 8080))).contains("shop/wp (").contains(" or shop/wp2 (");
    }

    @Test
    void namesOfTheWaypointsServiceCountAsWell() {
        Service wp = service(WP).toBuilder()
                .subjectAltNames(List.of(id("elsewhere").toString()))
                .build();
        Workload web = behind(name(WP));

        assertThat(all(web, wp).refusal(web, from(id("elsewhere"), 80))).isNull();
    }

    @Test
    void drainingWaypointIsStillWhoItWas() {
        Workload web = behind(name(WP));
        Workload ill = pod("wp", "10.0.0.9", WP).toBuilder()
                .status(WorkloadStatus.UNHEALTHY)
                .build();

        assertThat(all(web, service(WP), ill).refusal(web, from(WAYPOINT, 80))).isNull();
    }

    @Test
    void unknownWaypointRefusesWhatIsNewAndSparesWhatStands() {
        Workload web = behind(name(WP));
        WaypointRule rule = all(web);

        assertThat(rule.refusal(web, from(CLIENT, 80)))
                .isEqualTo("waypoint required: expected shop/wp (unknown), got " + CLIENT);
        assertThat(rule.lateRefusal(web, from(CLIENT, 80))).isNull();
        assertThat(all(web, service(WP), pod("wp", "10.0.0.9", WP)).lateRefusal(web, from(CLIENT, 80)))
                .isNotNull();
    }

    @Test
    void instanceOfTheWaypointAndThePodItselfNeedNone() {
        Workload instance =
                pod("wp", "10.0.0.9", WP).toBuilder().waypoint(name(WP)).build();
        Workload web = behind(name(WP));
        WaypointRule rule = all(web, service(WP), pod("wp", "10.0.0.9", WP));

        assertThat(all(instance, service(WP), instance)).isEqualTo(WaypointRule.NONE);
        assertThat(rule.refusal(web, new Connection(ip("10.0.0.1"), null, socket(80))))
                .isNull();
        assertThat(rule.refusal(web, new Connection(ip("10.0.0.1"), id("web"), socket(80))))
                .isNull();
        assertThat(rule.refusal(web, new Connection(ip("10.0.0.1"), CLIENT, socket(80))))
                .isNotNull();
    }

    @Test
    void labelledNeedsThePolicyOfThatName() {
        Workload web = behind(name(WP));
        MeshSnapshot mesh = mesh(web, service(WP));
        Policy marker =
                new Policy("shop", "ambit-require-waypoint", Scope.WORKLOAD_SELECTOR, Action.DENY, List.of(), false);
        Policy other = new Policy("shop", "other", Scope.NAMESPACE, Action.DENY, List.of(), false);

        assertThat(WaypointRule.of(RequireWaypoint.LABELLED, mesh, web, List.of(other)))
                .isEqualTo(WaypointRule.NONE);
        assertThat(WaypointRule.of(RequireWaypoint.LABELLED, mesh, web, List.of(other, marker))
                        .declared())
                .hasSize(1);
        assertThat(WaypointRule.of(RequireWaypoint.OFF, mesh, web, List.of(marker)))
                .isEqualTo(WaypointRule.NONE);
    }

    private static WaypointRule all(Workload local, MeshResource... others) {
        return WaypointRule.of(RequireWaypoint.ALL, mesh(local, others), local, List.of());
    }

    private static MeshSnapshot mesh(Workload local, MeshResource... others) {
        return MeshSnapshot.EMPTY.apply(List.of(others), List.of()).apply(List.of(local), List.of());
    }

    private static Workload behind(GatewayAddress waypoint) {
        return pod("web", "10.0.0.1", WEB).toBuilder().waypoint(waypoint).build();
    }

    private static Workload pod(String name, String address, NamespacedHostname service, Port... ports) {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(service, List.of(ports));
        return Workload.builder("Kubernetes//Pod/shop/" + name)
                .name(name)
                .namespace("shop")
                .serviceAccount(name)
                .addresses(List.of(ip(address)))
                .services(services)
                .build();
    }

    private static Service service(NamespacedHostname key) {
        return Service.builder(key.namespace(), key.hostname()).build();
    }

    private static GatewayAddress name(NamespacedHostname key) {
        return new GatewayAddress(key, 15008);
    }

    private static Connection from(@Nullable SpiffeId identity, int port) {
        return new Connection(ip("10.0.0.5"), identity, socket(port));
    }

    private static InetSocketAddress socket(int port) {
        return new InetSocketAddress(ip("10.0.0.1"), port);
    }

    private static SpiffeId id(String account) {
        return new SpiffeId("cluster.local", "shop", account);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
