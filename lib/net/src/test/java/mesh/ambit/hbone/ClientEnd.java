package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A client's end of a tunnel in a test, its raw peer, and what its owner was told; ends with the test. */
final class ClientEnd implements AfterEachCallback {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final TunnelKey KEY = new TunnelKey(
            new SpiffeId("cluster.local", "shop", "web"),
            new ExpectedSans(List.of()),
            new InetSocketAddress(LOOPBACK, 15008),
            LOOPBACK,
            "uid");

    /** What the owner was told, in a word each. */
    final List<String> events = new ArrayList<>();

    /** The requests that the owner was given back. */
    final List<PendingConnect> unprocessed = new ArrayList<>();

    /** What the owner says of the certificates. */
    boolean certificatesLast = true;

    final ClientTunnel tunnel = new ClientTunnel(TunnelSettings.DEFAULT, TunnelGuards.NONE, new ClientTunnel.Owner() {
        @Override
        public void onUnusable(ClientTunnel tunnel) {
            events.add("unusable");
            tunnel.release();
        }

        @Override
        public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {
            unprocessed.add(request);
        }

        @Override
        public boolean certificatesLast(ClientTunnel tunnel) {
            return certificatesLast;
        }

        @Override
        public void onEstablished(ClientTunnel tunnel) {
            events.add("established");
        }

        @Override
        public void onGone(ClientTunnel tunnel) {
            events.add("gone");
        }
    });

    final RawPeer peer = new RawPeer(tunnel, false);

    /** Lets the peer say its SETTINGS, and forgets what it was sent until then. */
    void start() {
        peer.sendHex(RawPeer.SETTINGS);
        peer.received();
    }

    Promise<HboneStream> request() {
        return request(HeaderFields.NONE);
    }

    Promise<HboneStream> request(HeaderFields headers) {
        PendingConnect request = pending("10.0.0.1:80", headers);
        tunnel.request(request);
        return request.promise();
    }

    /** Returns a request that no tunnel has been asked for yet. */
    static PendingConnect pending(String authority, HeaderFields headers) {
        return new PendingConnect(
                KEY, () -> new CompletableFuture<>(), authority, headers, ImmediateEventExecutor.INSTANCE.newPromise());
    }

    /** Returns why a request failed, which it must have done. */
    static TunnelFailure failure(Promise<HboneStream> stream) {
        assertThat(stream.cause()).isInstanceOf(TunnelException.class);
        return ((TunnelException) stream.cause()).failure();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        peer.close();
    }
}
