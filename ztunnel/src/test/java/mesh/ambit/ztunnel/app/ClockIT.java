package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whole daemons whose clocks are set while they run: only certificates are judged by them. */
@Tag("netns")
class ClockIT {
    private static final InetAddress NAMED = InetAddress.ofLiteral("10.96.0.2");

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private Shop shop;

    @BeforeEach
    void openShop() throws IOException {
        mesh.service(Service.builder("shop", "orders.shop.svc.cluster.local")
                .vips(List.of(new NetworkAddress("", NAMED)))
                .build());
        shop = new Shop(mesh);
    }

    @Test
    void setForthCertificatesAreRenewedAndEverythingElseGoesOn() throws IOException {
        try (Socket open = EchoApp.dial(shop.web.namespace(), Shop.VIP, 80)) {
            assertThat(EchoApp.exchange(open, "before")).startsWith("hello ");
            int signed = mesh.certificatesOf(shop.web);

            mesh.setClocks(Duration.ofMinutes(40));

            everythingWorks(open);
            lookAtTheClock("late");
            Await.until("past the middle of its life", () -> mesh.certificatesOf(shop.web) > signed);
            everythingWorks(open);
        }
    }

    @Test
    void setBackAndRightAgainNothingIsAskedForAnewAndWhatIsOpenGoesOn() throws IOException {
        try (Socket open = EchoApp.dial(shop.web.namespace(), Shop.VIP, 80)) {
            assertThat(EchoApp.exchange(open, "before")).startsWith("hello ");
            int signed = mesh.certificatesOf(shop.web);

            mesh.setClocks(Duration.ofHours(-2));
            lookAtTheClock("late");
            Await.until("it is said", () -> mesh.logText().contains("the clock was set by PT-"));
            // New tunnels wait for the right time: nobody's certificate is valid yet.
            whatIsOpenWorks(open);

            mesh.setClocks(Duration.ZERO);
            lookAtTheClock("later");
            everythingWorks(open);
            assertThat(mesh.certificatesOf(shop.web)).isEqualTo(signed);
        }
    }

    @Test
    void beyondTheEndOfCertificatesNothingNewIsLetInUntilTheClockIsRight() throws IOException {
        assertThat(shop.talk()).startsWith("hello ");
        mesh.setClocks(Duration.ofHours(2));

        // The CA's clock is right: what it signs has ended for us when it comes.
        assertThat(shop.talk()).isEmpty();

        mesh.setClocks(Duration.ZERO);
        Await.until("served", shop::isServed);
    }

    private void everythingWorks(Socket open) throws IOException {
        whatIsOpenWorks(open);
        assertThat(shop.talk()).startsWith("hello ");
    }

    private void whatIsOpenWorks(Socket open) throws IOException {
        assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");
        assertThat(DnsIT.ask(shop.web, "127.0.0.1")).endsWith(NAMED.getAddress());
    }

    /** Clocks are looked at every half minute, and when there is something to do: for a pod that is new, for one. */
    private void lookAtTheClock(String pod) {
        LabPod next = mesh.pod(pod, "one");
        mesh.record(pod, next.workload().build());
        Await.until("it has a certificate", () -> mesh.certificatesOf(next) > 0);
    }
}
