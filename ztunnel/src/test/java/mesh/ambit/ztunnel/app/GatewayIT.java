package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Into another network: a tunnel to its gateway, and in it one to the destination, with whole daemons at both ends. */
@Tag("netns")
class GatewayIT {
    private static final InetAddress VIP = InetAddress.ofLiteral("10.96.0.1");
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String ORDERS = "spiffe://cluster.local/ns/shop/sa/orders";

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;
    private LabPod door;

    @BeforeEach
    void makeTwoNetworks() throws IOException {
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        door = mesh.pod("door", "");
        mesh.app(orders, 8080);
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(new NamespacedHostname("shop", "orders.shop"), List.of());
        mesh.record("web", web.workload().network("near").build());
        mesh.record(
                "door",
                door.workload()
                        .network("far")
                        .tunnelProtocol(TunnelProtocol.HBONE)
                        .build());
        mesh.record(
                "orders",
                orders.workload()
                        .network("far")
                        .networkGateway(new GatewayAddress(new NetworkAddress("far", door.address()), 15008))
                        .services(services)
                        .build());
    }

    @Test
    void serviceInAnotherNetworkIsReachedThroughItsGatewayUnderTheClientsOwnIdentity() throws IOException {
        startDaemons(ORDERS);
        try (TestGateway gateway = new TestGateway(door.namespace(), mesh.svid("door"), orders.address())) {
            assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping"))
                    .startsWith("hello ")
                    .endsWith(": ping\n");
            assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping")).endsWith(": ping\n");

            assertThat(gateway.asked()).containsOnly(WEB + " for orders.shop:80");
        }
        Await.until("both ends of both have logged", () -> mesh.accessLog().size() == 4);
        assertThat(mesh.accessLog())
                .allMatch(line -> line.contains("src.identity=\"" + WEB + "\""))
                .filteredOn(line -> line.contains("direction=\"outbound\""))
                .hasSize(2)
                .allMatch(line -> line.contains("dst.addr=" + door.address().getHostAddress() + ":15008")
                        && line.contains("dst.service=\"orders.shop\""));
    }

    @Test
    void gatewayThatIsSomebodyElseIsNotUsed() throws IOException {
        startDaemons(ORDERS);
        try (TestGateway gateway = new TestGateway(door.namespace(), mesh.svid("stranger"), orders.address())) {
            assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping")).isEmpty();

            Await.until("the refusal is logged", () -> logged("identity verification error"));
            assertThat(gateway.asked()).noneMatch(line -> line.contains("orders.shop"));
        }
    }

    @Test
    void destinationThatIsNotOneOfTheServicesIsNotTrustedBehindTheGateway() throws IOException {
        startDaemons("spiffe://cluster.local/ns/shop/sa/somebody");
        try (TestGateway gateway = new TestGateway(door.namespace(), mesh.svid("door"), orders.address())) {
            assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping")).isEmpty();

            Await.until("the refusal is logged", () -> logged("identity verification error"));
            assertThat(gateway.asked()).containsExactly(WEB + " for orders.shop:80");
        }
        assertThat(mesh.accessLog()).as("at either end").allMatch(line -> line.contains("error="));
    }

    @Test
    void gatewayThatDoesNotAnswerIsNamed() throws IOException {
        startDaemons(ORDERS);

        assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping")).isEmpty();

        Await.until("the failure is logged", () -> logged("Connection refused"));
        assertThat(mesh.accessLog())
                .allMatch(line -> line.contains("dst.addr=" + door.address().getHostAddress() + ":15008"));
    }

    /** Starts a daemon in each network; whoever serves must have {@code identity}. */
    private void startDaemons(String identity) throws IOException {
        mesh.service(Service.builder("shop", "orders.shop")
                .vips(List.of(new NetworkAddress("near", VIP)))
                .ports(List.of(Port.of(80, 8080)))
                .subjectAltNames(List.of(identity))
                .build());
        mesh.setting("NETWORK", "near");
        mesh.node("one");
        mesh.setting("NETWORK", "far");
        mesh.node("two");
    }

    private boolean logged(String text) {
        return mesh.accessLog().stream().anyMatch(line -> line.contains(text));
    }
}
