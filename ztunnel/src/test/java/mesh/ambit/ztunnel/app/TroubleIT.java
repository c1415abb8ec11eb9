package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static mesh.ambit.ztunnel.app.Shop.VIP;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.FakeAds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people report of node proxies when their clusters are not at rest. */
@Tag("netns")
class TroubleIT {
    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private Shop shop;

    @BeforeEach
    void openShop() throws IOException {
        shop = new Shop(mesh);
    }

    @Test
    void noConnectionFailsWhileAPodIsReplaced() throws Exception {
        LabPod successor = shop.mesh.pod("orders2", "two");
        shop.mesh.app(successor, 8080);
        assertThat(requireNonNull(shop.two.agent)
                        .add(
                                "uid-orders2",
                                successor.info(),
                                successor.namespace().netNs()))
                .isEmpty();
        try (Load load = new Load()) {
            load.awaitMore(25);
            shop.mesh.record("orders2", Shop.member(successor));
            load.awaitMore(25);
            shop.mesh.remove("orders");
            load.awaitMore(25);
            assertThat(shop.two.agent.del("uid-orders")).isEmpty();
            shop.orders.namespace().run("ip", "link", "set", "eth0", "down");
            load.awaitMore(50);
            load.end();
            assertThat(load.failures).isEmpty();
        }
    }

    @Test
    void addressOfADeadPodServesItsNewOwnerAtOnce() throws Exception {
        assertThat(shop.talk()).isNotEmpty();
        InetAddress address = shop.orders.address();
        // Gone without a word: its peers can only learn it from the control plane.
        shop.orders.namespace().run("ip", "link", "set", "eth0", "down");
        shop.orders.namespace().run("ip", "address", "flush", "dev", "eth0");
        shop.mesh.remove("orders");
        LabPod heir = shop.mesh.pod("heir", "two", address);
        shop.mesh.app(heir, 8080);
        assertThat(requireNonNull(shop.two.agent)
                        .add("uid-heir", heir.info(), heir.namespace().netNs()))
                .isEmpty();
        shop.web.namespace().run("ip", "neigh", "flush", "all");
        shop.mesh.record("heir", Shop.member(heir));

        long begun = System.nanoTime();
        assertThat(shop.talk()).isNotEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("no wait for the tunnel of the dead")
                .isLessThan(Duration.ofSeconds(8)); // Of the ten that a connect may take.
        assertThat(shop.two.agent.del("uid-orders")).isEmpty();
    }

    @Test
    void halfClosedSocketsDoNotPileUp() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = EchoApp.dial(shop.web.namespace(), VIP, 80)) {
                socket.getOutputStream().write("ping\n".getBytes(US_ASCII));
                socket.shutdownOutput();
                assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
            }
        }
        // Half of the clients vanish while the application still has its half open.
        for (int i = 0; i < 100; i++) {
            try (Socket socket = EchoApp.dial(shop.web.namespace(), VIP, 80)) {
                assertThat(EchoApp.exchange(socket, "ping")).isNotEmpty();
                socket.setSoLinger(i % 2 == 0, 0);
            }
        }

        Await.until("no socket is half-closed", () -> halfClosed(shop.web) + halfClosed(shop.orders) == 0);
        Await.until("every connection is logged", () -> shop.mesh.accessLog().size() == 400);
    }

    @Test
    void whatIsKnownIsServedWhileControllerAndAuthorityAreAway() throws Exception {
        LabPod late = shop.mesh.pod("late", "one");
        shop.mesh.record("late", late.workload().build());
        // Its certificate is asked for ahead, while there is somebody to ask.
        Pattern signed = Pattern.compile("\"identity\": \"[^\"]*/sa/late\",\\s*\"state\": \"Available\"");
        Await.until(
                "its certificate is there",
                () -> signed.matcher(shop.one.ztunnel.configDump()).find());
        try (Socket open = EchoApp.dial(shop.web.namespace(), VIP, 80)) {
            assertThat(EchoApp.exchange(open, "ping")).isNotEmpty();
            shop.mesh.controllersGone();

            assertThat(EchoApp.exchange(open, "ping")).as("open connections").isEqualTo("ping\n");
            assertThat(shop.talk()).as("new connections").isNotEmpty();
        }
        // With a certificate it is served too.
        assertThat(requireNonNull(shop.one.agent)
                        .add("uid-late", late.info(), late.namespace().netNs()))
                .isEmpty();
        assertThat(EchoApp.talk(late.namespace(), VIP, 80, "ping")).isNotEmpty();
        assertThat(shop.one.ztunnel.isReady()).isTrue();

        FakeAds.Stream stream = shop.mesh.controllerBack();
        assertThat(stream.awaitVersions())
                .as("what is known need not be sent again")
                .containsKeys("Kubernetes//Pod/shop/web", "Kubernetes//Pod/shop/late");
    }

    private static long halfClosed(LabPod pod) {
        return pod.namespace()
                .run("ss", "-Htan")
                .lines()
                .filter(line -> line.startsWith("CLOSE-WAIT") || line.startsWith("FIN-WAIT-2"))
                .count();
    }

    /** One short connection after the other, until it is told to end. */
    @SuppressWarnings("try") // Interrupting a test ends it.
    private final class Load implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicInteger done = new AtomicInteger();
        private final List<String> failures = new ArrayList<>();
        private final Thread thread = Thread.ofPlatform().daemon().start(this::run);

        private void run() {
            while (!stop.get()) {
                try {
                    if (shop.talk().isEmpty()) {
                        failures.add("connection " + done + " ended without an answer");
                    }
                } catch (IOException e) {
                    failures.add("connection " + done + ": " + e);
                }
                done.incrementAndGet();
            }
        }

        void awaitMore(int connections) {
            int goal = done.get() + connections;
            Await.until(connections + " more connections", () -> done.get() >= goal);
        }

        void end() throws InterruptedException {
            stop.set(true);
            assertThat(thread.join(Duration.ofMinutes(2)))
                    .as("the load has ended")
                    .isTrue();
        }

        @Override
        public void close() {
            try {
                end();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
