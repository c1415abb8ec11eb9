package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("netns")
class RevocationIT {
    private static final String CUT = "error=\"connection closed: peer certificate revoked by CRL\"";

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;
    private Node one;
    private Node two;

    @BeforeEach
    void makeShop() throws IOException {
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        mesh.app(orders, 8080);
        one = mesh.node("one");
        two = mesh.node("two");
    }

    @Test
    void aRevokedClientIsCutAtTheDestinationAndComesBackInVain() throws IOException {
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");

            mesh.revoke(web);

            Await.until("the cut is logged", () -> logged("inbound", CUT));
        }
        assertThat(two.ztunnel.metricsPage()).contains("response_flags=\"CERT_REVOKED\"");
        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEmpty();
        Await.until("the alert", () -> logged("outbound", "received fatal alert: CertificateRevoked"));
        assertThat(rejections(two, "destination")).isEqualTo(2);
    }

    @Test
    void aRevokedServerIsCutAtTheSourceAndIsNotCalledAgain() throws IOException {
        try (Socket open = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");

            mesh.revoke(orders);

            Await.until("the cut is logged", () -> logged("outbound", CUT));
        }
        assertThat(one.ztunnel.metricsPage()).contains("response_flags=\"CERT_REVOKED\"");
        assertThat(EchoApp.talk(web.namespace(), orders.address(), 8080, "ping"))
                .isEmpty();
        Await.until("the refusal", () -> logged("outbound", "io error: invalid peer certificate: Revoked"));
        assertThat(rejections(one, "source")).isEqualTo(2);
    }

    private boolean logged(String direction, String text) {
        return mesh.accessLog().stream()
                .anyMatch(line -> line.contains("direction=\"" + direction + "\"") && line.contains(text));
    }

    private static int rejections(Node node, String reporter) {
        String sample = "istio_crl_policy_rejections_total{reporter=\"" + reporter + "\"} ";
        return node.ztunnel
                .metricsPage()
                .lines()
                .filter(line -> line.startsWith(sample))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(sample.length())))
                .sum();
    }
}
