package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import mesh.ambit.tls.PeerRefusal;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that never become tunnels. */
class HboneServerIT {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final int PATIENCE_MILLIS = 120_000;

    private final EventLoopGroup loops = Loops.start(1);
    private final TestPki pki = new TestPki();
    private final Svid svid = pki.svid("spiffe://cluster.local/ns/shop/sa/orders");
    private final Queue<TunnelFailure> failures = new ConcurrentLinkedQueue<>();
    private final List<Channel> listeners = new ArrayList<>();
    private final List<HboneServer> servers = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Channel listener : listeners) {
            listener.close().await();
        }
        for (HboneServer server : servers) {
            Loops.get(server.close());
            assertThat(server.openTunnels()).isZero();
        }
        Loops.stop(loops);
        svid.close();
    }

    @Test
    void whatIsNotTlsGetsAnAlertAndThePortGoesOn() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid));
        for (int i = 0; i < 2; i++) {
            try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(readToEnd(socket.getInputStream())).startsWith(21, 3, 3, 0, 2, 2);
            }
        }
        Loops.await("both told", () -> failures.size() == 2);
        assertThat(failures.remove().text()).isEqualTo("tls handshake error: not a TLS handshake");
    }

    @Test
    void clientWithoutCertificateIsRefusedWithItsReason() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid));
        try (SSLSocket socket = tlsSocket(address, "h2")) {
            assertThat(outcome(socket)).contains("certificate_required");
        }
        Loops.await("told", () -> failures.size() == 1);
        assertThat(failures.remove())
                .isEqualTo(new TunnelFailure.PeerRefused(
                        PeerRefusal.NO_CERTIFICATE, "tls handshake error: peer sent no certificates"));
    }

    @Test
    void clientThatWantsAnotherProtocolIsRefusedWithItsAlert() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid));
        try (SSLSocket socket = tlsSocket(address, "http/1.1")) {
            assertThat(outcome(socket)).contains("no_application_protocol");
        }
        Loops.await("told", () -> failures.size() == 1);
    }

    @Test
    void missingCertificateOfOursClosesTheConnection() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.failedFuture(new IllegalStateException("CA says no")));
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        Loops.await("told", () -> failures.size() == 1);
        assertThat(failures.remove()).isEqualTo(new TunnelFailure.NoCertificate("CA says no"));
    }

    @Test
    void clientThatHasSpokenSeesTheEndOfARefusedConnectionToo() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.failedFuture(new IllegalStateException("CA says no")));
        CountDownLatch spoken = new CountDownLatch(1);
        // The kernel takes the connection and what it says; the server sees both at once, however slow we are.
        Future<Void> held = loops.submit(() -> {
            spoken.await();
            return null;
        });
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(new byte[500]);
            spoken.countDown();

            assertThat(socket.getInputStream().read()).as("no reset").isEqualTo(-1);
        }
        Loops.get(held);
    }

    @Test
    void clientThatHasWaitedForACertificateSeesAReset() throws Exception {
        CompletableFuture<Svid> asked = new CompletableFuture<>();
        InetSocketAddress address = serve(asked);
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            Loops.await("accepted", () -> servers.getFirst().openTunnels() == 1);
            socket.getOutputStream().write(new byte[500]);
            CompletableFuture.delayedExecutor(1_200, TimeUnit.MILLISECONDS)
                    .execute(() -> asked.completeExceptionally(new IllegalStateException("CA says no")));

            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
        }
    }

    @Test
    void connectionsThatAwaitACertificateCloseWithTheServer() throws Exception {
        CompletableFuture<Svid> never = new CompletableFuture<>();
        InetSocketAddress address = serve(never);
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            Loops.await("accepted", () -> servers.getFirst().openTunnels() == 1);
            Loops.get(servers.getFirst().close());
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        never.complete(svid);
    }

    @Test
    @SuppressWarnings("try") // Ending only our half is the point.
    void peerThatEndsInTheMiddleOfTheHandshakeIsGone() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid));
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        Loops.await("connection closed", () -> servers.getFirst().openTunnels() == 0);
        Loops.await("told", () -> failures.size() == 1);
    }

    @Test
    void connectionsAfterTheCloseAreClosed() throws Exception {
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid));
        Loops.get(servers.getFirst().close());
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void handshakeThatNeverEndsIsEndedForIt() throws Exception {
        TunnelGuards impatient = new TunnelGuards(Duration.ofMillis(100), 0, new TunnelGuards.Observer() {});
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid), impatient);
        try (Socket socket = new Socket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            awaitEnd(socket);
        }
        Loops.await("told", () -> failures.size() == 1);
        assertThat(failures.remove().text()).startsWith("tls handshake error: ").contains("100ms");
    }

    @Test
    void handshakesBeyondTheLimitAreClosedAndThereIsRoomAgainAfterwards() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        TunnelGuards narrow = new TunnelGuards(Duration.ZERO, 2, new TunnelGuards.Observer() {
            @Override
            public void onHandshakeRefused() {
                refused.incrementAndGet();
            }
        });
        InetSocketAddress address = serve(CompletableFuture.completedFuture(svid), narrow);
        try (Socket first = new Socket(LOOPBACK, address.getPort());
                Socket second = new Socket(LOOPBACK, address.getPort())) {
            Loops.await("two wait", () -> servers.getFirst().openTunnels() == 2);
            try (Socket third = new Socket(LOOPBACK, address.getPort())) {
                third.setSoTimeout(PATIENCE_MILLIS);
                assertThat(third.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(refused).hasValue(1);
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
        Loops.await("both gone", () -> servers.getFirst().openTunnels() == 0);
        try (SSLSocket socket = tlsSocket(address, "h2")) {
            assertThat(outcome(socket)).as("served again").contains("certificate_required");
        }
    }

    private InetSocketAddress serve(CompletionStage<Svid> certificate) throws Exception {
        return serve(certificate, TunnelGuards.NONE);
    }

    private InetSocketAddress serve(CompletionStage<Svid> certificate, TunnelGuards guards) throws Exception {
        HboneServer server = new HboneServer(
                () -> certificate,
                new TlsContexts(TlsProvider.best(), InstantSource.system()),
                TunnelSettings.DEFAULT,
                guards,
                InstantSource.system(),
                TestServers.handler(exchange -> exchange.refuse(503), failures::add));
        servers.add(server);
        Channel listener = TestServers.listen(loops, server);
        listeners.add(listener);
        return (InetSocketAddress) listener.localAddress();
    }

    /** Sends the beginning of a handshake and waits for the end; a reset is one too, for what came after it. */
    private static void awaitEnd(Socket socket) throws java.io.IOException {
        try {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            assertThat(socket.getInputStream().readAllBytes()).isNotNull();
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    private static int[] readToEnd(InputStream in) throws java.io.IOException {
        byte[] bytes = in.readAllBytes();
        int[] values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] & 0xff;
        }
        return values;
    }

    /** Shakes hands and reads; returns what went wrong. */
    private static String outcome(SSLSocket socket) {
        try {
            socket.startHandshake();
            while (socket.getInputStream().read() >= 0) {
                // SETTINGS do not come to those who are refused.
            }
            return "closed in good order";
        } catch (java.io.IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static SSLSocket tlsSocket(InetSocketAddress address, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(LOOPBACK, address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** The client under test is judged, not the server. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
