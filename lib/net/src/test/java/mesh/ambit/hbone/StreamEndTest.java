package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever lets go of a stream as soon as both of its halves have ended, as a relay does, resets nothing. */
class StreamEndTest {
    private final List<ConnectExchange> exchanges = new ArrayList<>();
    private final ServerTunnel tunnel =
            new ServerTunnel(TunnelSettings.DEFAULT, TunnelGuards.NONE, InstantSource.system(), new ConnectHandler() {
                @Override
                public void onConnect(ConnectExchange exchange) {
                    exchanges.add(exchange);
                }

                @Override
                public void onHandshakeFailed(InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure) {}
            });
    private final RawPeer peer = new RawPeer(tunnel, true);

    @AfterEach
    void close() {
        peer.close();
    }

    @Test
    void letGoWhenThePeerEndsLast() {
        HboneStream stream = accepted();
        stream.shutdownOutput();
        peer.send(peer.data(1, 0, true));

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200", "DATA 1 0-0  END");
    }

    @Test
    void letGoWhenWeEndLast() {
        HboneStream stream = accepted();
        peer.send(peer.data(1, 0, true));
        stream.shutdownOutput();

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200", "DATA 1 0-0  END");
    }

    private HboneStream accepted() {
        peer.sendPreface();
        peer.received();
        peer.send(peer.connect(1));
        HboneStream stream = exchanges.getFirst().accept(HeaderFields.NONE);
        stream.receive(new LettingGo(stream));
        return stream;
    }

    private static final class LettingGo extends TestStreams.Recorder {
        private final HboneStream stream;

        LettingGo(HboneStream stream) {
            super(null, true);
            this.stream = stream;
        }

        @Override
        public void onEndOfInput() {
            super.onEndOfInput();
            letGo();
        }

        @Override
        public void onOutputEnded() {
            super.onOutputEnded();
            letGo();
        }

        private void letGo() {
            if (ended && outputEnded) {
                stream.reset(Http2Error.CANCEL);
            }
        }
    }
}
