package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole daemon answers the questions of its pods. */
@Tag("netns")
class DnsIT {
    private static final InetAddress VIP = InetAddress.ofLiteral("10.96.0.1");

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    @Test
    void podLearnsTheAddressOfAServiceAndStillDoesAfterAHandOver() throws IOException {
        LabPod web = mesh.pod("web", "one");
        mesh.service(Service.builder("shop", "orders.shop.svc.cluster.local")
                .vips(List.of(new NetworkAddress("", VIP)))
                .build());
        Node first = mesh.node("one");
        assertThat(first.ztunnel.metricsPage()).doesNotContain("istio_dns");

        assertThat(ask(web, "127.0.0.1")).endsWith(VIP.getAddress());
        assertThat(ask(web, "::1")).endsWith(VIP.getAddress());
        Pattern both = Pattern.compile("istio_dns_requests_total\\{[^}]*} 2.0");
        Await.until(
                "both are counted",
                () -> both.matcher(first.ztunnel.metricsPage()).find());

        mesh.node("one");
        first.close();
        for (int i = 0; i < 5; i++) {
            assertThat(ask(web, "127.0.0.1")).endsWith(VIP.getAddress());
        }
    }

    /** Asks for the address of {@code orders} in a pod's own namespace of names. */
    static byte[] ask(LabPod pod, String server) throws IOException {
        ByteArrayOutputStream query = new ByteArrayOutputStream();
        query.writeBytes(new byte[] {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 6});
        query.writeBytes("orders".getBytes(US_ASCII));
        query.writeBytes(new byte[] {0, 0, 1, 0, 1});
        try (DatagramSocket socket = pod.namespace().call(() -> new DatagramSocket())) {
            socket.setSoTimeout(30_000);
            socket.send(new DatagramPacket(query.toByteArray(), query.size(), InetAddress.ofLiteral(server), 15053));
            DatagramPacket answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }
}
