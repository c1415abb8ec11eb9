package mesh.ambit.hbone;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server's end of a tunnel in a test, its raw peer, and what the two have come to; ends with the test. */
final class ServerEnd implements AfterEachCallback {
    /** The requests that reached the handler. */
    final List<ConnectExchange> exchanges = new ArrayList<>();

    /** The streams that were accepted, and what each of them received. */
    final List<HboneStream> streams = new ArrayList<>();

    final List<TestStreams.Recorder> accepted = new ArrayList<>();

    /** Why a tunnel was ended for its peer's conduct, or never came to be. */
    final List<String> violations = new ArrayList<>();

    final List<TunnelFailure> handshakeFailures = new ArrayList<>();

    /** Whether requests are accepted as they come; they wait otherwise. */
    boolean acceptAtOnce;

    final ServerTunnel tunnel = new ServerTunnel(
            TunnelSettings.DEFAULT,
            new TunnelGuards(Duration.ZERO, 0, new TunnelGuards.Observer() {
                @Override
                public void onViolation(boolean server, String reason) {
                    violations.add(reason);
                }
            }),
            InstantSource.system(),
            TestServers.handler(
                    exchange -> {
                        exchanges.add(exchange);
                        if (acceptAtOnce) {
                            accept(exchange);
                        }
                    },
                    handshakeFailures::add));

    final RawPeer peer = new RawPeer(tunnel, true);

    /** Lets the peer say its preface, and forgets what it was sent until then. */
    void start() {
        peer.sendPreface();
        peer.received();
    }

    TestStreams.Recorder accept(ConnectExchange exchange) {
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        HboneStream stream = exchange.accept(HeaderFields.NONE);
        stream.receive(recorder);
        streams.add(stream);
        accepted.add(recorder);
        return recorder;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        peer.close();
    }
}
