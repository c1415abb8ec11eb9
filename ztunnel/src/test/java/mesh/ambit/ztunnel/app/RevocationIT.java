package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("netns")
class RevocationIT {
    private static final String CUT = "error=\"connection closed: peer certificate revoked by CRL\"";

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private Shop shop;

    @BeforeEach
    void openShop() throws IOException {
        shop = new Shop(mesh);
    }

    @Test
    void aRevokedClientIsCutAtTheDestinationAndComesBackInVain() throws IOException {
        try (Socket open = EchoApp.dial(shop.web.namespace(), Shop.VIP, 80)) {
            assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");

            mesh.revoke(shop.web);

            Await.until("the cut is logged", () -> logged("inbound", CUT));
        }
        shop.two.awaitMetric("response_flags=\"CERT_REVOKED\"");
        assertThat(shop.talk()).isEmpty();
        Await.until("the alert", () -> logged("outbound", "received fatal alert: CertificateRevoked"));
        shop.two.awaitMetric("istio_crl_policy_rejections_total{reporter=\"destination\"} 2.0");
    }

    @Test
    void aRevokedServerIsCutAtTheSourceAndIsNotCalledAgain() throws IOException {
        try (Socket open = EchoApp.dial(shop.web.namespace(), Shop.VIP, 80)) {
            assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");

            mesh.revoke(shop.orders);

            Await.until("the cut is logged", () -> logged("outbound", CUT));
        }
        shop.one.awaitMetric("response_flags=\"CERT_REVOKED\"");
        assertThat(shop.talk()).isEmpty();
        Await.until("the refusal", () -> logged("outbound", "io error: invalid peer certificate: Revoked"));
        shop.one.awaitMetric("istio_crl_policy_rejections_total{reporter=\"source\"} 2.0");
    }

    private boolean logged(String direction, String text) {
        return mesh.accessLog().stream()
                .anyMatch(line -> line.contains("direction=\"" + direction + "\"") && line.contains(text));
    }
}
