package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is off unless a variable asks for it, on the way out: the SOCKS5 port, a second try, and resets. */
@Tag("netns")
class OutboundIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress VIP = InetAddress.ofLiteral("10.96.0.1");
    private static final InetAddress OTHER_VIP = InetAddress.ofLiteral("10.96.0.2");
    private static final int SOCKS = 15080;
    private static final int APP = 8080;
    private static final byte[] GREETING = {5, 1, 0};
    private static final byte[] GRANTED = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};

    /** Connections until one of two endpoints has been drawn: not to draw it in so many would be a wonder. */
    private static final int DRAWS = 60;

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;

    @BeforeEach
    void makeShop() throws IOException {
        web = mesh.pod("web", "one");
    }

    @Test
    void socksClientIsTunnelledToANameAndToAnAddress() throws IOException {
        mesh.setting("UNSTABLE_ENABLE_SOCKS5", "true");
        LabPod orders = mesh.pod("orders", "two");
        mesh.app(orders, APP);
        service("orders.shop", VIP, orders);
        mesh.node("one");
        mesh.node("two");
        String answer = "hello " + web.address().getHostAddress() + ": ping\n";

        byte[] name = "orders.shop".getBytes(US_ASCII);
        byte[] toName = new byte[7 + name.length];
        ByteBuffer.wrap(toName)
                .put(new byte[] {5, 1, 0, 3, (byte) name.length})
                .put(name)
                .putShort((short) 80);
        assertThat(throughSocks(toName)).isEqualTo(answer);
        byte[] toAddress = new byte[10];
        ByteBuffer.wrap(toAddress)
                .put(new byte[] {5, 1, 0, 1})
                .put(orders.address().getAddress())
                .putShort((short) APP);
        assertThat(throughSocks(toAddress)).isEqualTo(answer);

        Await.until("both sides of both have logged", () -> mesh.accessLog().size() == 4);
        assertThat(mesh.accessLog())
                .allMatch(line -> line.contains("dst.addr=" + orders.address().getHostAddress() + ":15008")
                        && line.contains("src.identity=\"spiffe://cluster.local/ns/shop/sa/web\""));
    }

    /** What a client has said behind its mistake is not read: the kernel of the reference resets then, after the reply. */
    @Test
    void refusedSocksClientSeesAResetIfItSaidMore() throws IOException {
        mesh.setting("UNSTABLE_ENABLE_SOCKS5", "true");
        mesh.node("one");

        assertThat(refusal("050100" + "0502")).isEqualTo("0500" + "05070001000000000000 end");
        assertThat(refusal("050100" + "0502000101020304" + "0050")).isEqualTo("0500" + "05070001000000000000 reset");
        assertThat(refusal("0401" + "0050")).isEqualTo("05070001000000000000 reset");
        assertThat(refusal("050100" + "05010003027f7f" + "0050")).isEqualTo("0500" + "05040001000000000000 reset");
    }

    @Test
    void connectThatFailsIsTriedOnceMoreOnAnotherEndpoint() throws IOException {
        mesh.setting("AMBIT_CONNECT_RETRY", "true");
        LabPod alive = mesh.pod("alive", "");
        LabPod dead = mesh.pod("dead", "");
        mesh.app(alive, APP);
        service("orders.shop", VIP, alive, dead);
        mesh.node("one");
        String refused = "dst.addr=" + dead.address().getHostAddress() + ":" + APP;

        int connections = 0;
        boolean triedTheDead = false;
        while (!triedTheDead && connections < DRAWS) {
            assertThat(EchoApp.talk(web.namespace(), VIP, 80, "ping"))
                    .isEqualTo("hello " + web.address().getHostAddress() + ": ping\n");
            connections++;
            triedTheDead = mesh.accessLog().stream().anyMatch(line -> line.contains(refused));
        }

        assertThat(mesh.accessLog())
                .filteredOn(line -> line.contains(refused))
                .isNotEmpty()
                .allMatch(line -> line.contains("error=\"io error: Connection refused"));
    }

    @Test
    void failedConnectIsAResetForTheServicesThatAskForIt() throws IOException {
        mesh.setting("AMBIT_RESET_ON_FAILURE", "shop/orders.shop");
        LabPod dead = mesh.pod("dead", "");
        service("orders.shop", VIP, dead);
        mesh.service(described("other.shop", OTHER_VIP));
        mesh.node("one");

        assertThatThrownBy(() -> {
                    // The reset may be there before the caller has seen that it is connected.
                    try (Socket client = EchoApp.dial(web.namespace(), VIP, 80)) {
                        client.getInputStream().read();
                    }
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        try (Socket client = EchoApp.dial(web.namespace(), OTHER_VIP, 80)) {
            assertThat(client.getInputStream().read()).as("an orderly end").isEqualTo(-1);
        }
    }

    /** Says {@code ping} over the SOCKS5 port of the pod, once {@code request} has been granted. */
    private String throughSocks(byte[] request) throws IOException {
        try (Socket client = EchoApp.dial(web.namespace(), LOOPBACK, SOCKS)) {
            client.getOutputStream().write(GREETING);
            assertThat(client.getInputStream().readNBytes(2)).containsExactly(5, 0);
            client.getOutputStream().write(request);
            assertThat(client.getInputStream().readNBytes(GRANTED.length)).isEqualTo(GRANTED);
            return EchoApp.exchange(client, "ping");
        }
    }

    /** Returns what the SOCKS5 port answers to {@code hex}, and how it ends. */
    private String refusal(String hex) throws IOException {
        try (Socket client = EchoApp.dial(web.namespace(), LOOPBACK, SOCKS)) {
            client.getOutputStream().write(HexFormat.of().parseHex(hex));
            StringBuilder answer = new StringBuilder();
            try {
                for (int next = client.getInputStream().read();
                        next >= 0;
                        next = client.getInputStream().read()) {
                    answer.append("%02x".formatted(next));
                }
                return answer + " end";
            } catch (SocketException e) {
                return answer + " reset";
            }
        }
    }

    private void service(String hostname, InetAddress vip, LabPod... endpoints) {
        for (LabPod endpoint : endpoints) {
            TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
            services.put(new NamespacedHostname("shop", hostname), List.of());
            mesh.record(endpoint.name(), endpoint.workload().services(services).build());
        }
        mesh.service(described(hostname, vip));
    }

    private static Service described(String hostname, InetAddress vip) {
        return Service.builder("shop", hostname)
                .vips(List.of(new NetworkAddress("", vip)))
                .ports(List.of(Port.of(80, APP)))
                .build();
    }
}
