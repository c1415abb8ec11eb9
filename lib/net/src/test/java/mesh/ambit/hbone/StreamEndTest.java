package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever lets go of a stream as soon as both of its halves have ended, as a relay does, resets nothing. */
class StreamEndTest {
    private static final int LARGE = 16 * 1024;

    /** So much waits for a receiver that small pieces are gathered. */
    private static final int CROWD = 9 * LARGE;

    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

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

    @Test
    void whatNobodyReceivedIsReleasedWhenItsStreamIsReset() {
        peer.sendPreface();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        ByteBuf data = peer.data(1, 100, false);
        peer.send(data);
        assertThat(data.refCnt()).as("kept for a receiver").isPositive();

        stream.reset(Http2Error.CANCEL);

        assertThat(data.refCnt()).isZero();
    }

    @Test
    void whatNobodyReceivedIsReleasedWhenItsReceiverResetsTheStreamOverTheBeginning() {
        peer.sendPreface();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        List<ByteBuf> sent = List.of(peer.data(1, 100, false), peer.data(1, 100, false), peer.data(1, 100, true));
        sent.forEach(peer::send);
        peer.received();
        TestStreams.Recorder receiver = new TestStreams.Recorder(null, false) {
            @Override
            public synchronized void onData(ByteBuf data) {
                super.onData(data);
                stream.reset(Http2Error.CANCEL);
            }
        };

        stream.receive(receiver);

        assertThat(receiver.bytes).hasValue(100);
        assertThat(receiver.ended).as("a callback after the reset").isFalse();
        assertThat(sent).allSatisfy(data -> assertThat(data.refCnt()).isZero());
        assertThat(peer.received()).contains("RST_STREAM 1 8");
    }

    @Test
    void nothingFollowsAResetThatCameWithBytesBeforeIt() {
        server.start();
        peer.send(peer.connect(1));
        List<String> calls = new ArrayList<>();
        server.exchanges.getFirst().accept(HeaderFields.NONE).receive(new TestStreams.Recorder(null, false) {
            @Override
            public synchronized void onData(ByteBuf data) {
                calls.add("data");
                super.onData(data);
            }

            @Override
            public void onDataComplete() {
                calls.add("complete");
            }

            @Override
            public void onReset(long code) {
                calls.add("reset");
            }
        });

        peer.send(peer.data(1, 10, false));
        peer.send(Unpooled.wrappedBuffer(peer.data(1, 10, false), peer.reset(1, 8)));

        assertThat(calls).containsExactly("data", "complete", "data", "reset");
    }

    @Test
    void whatComesInSmallPiecesIsReleasedWhenItsReceiverResetsTheStreamOverThem() {
        UnpooledByteBufAllocator counted = new UnpooledByteBufAllocator(false);
        peer.channel.config().setAllocator(counted);
        peer.sendPreface();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        stream.receive(new TestStreams.Recorder(null, false) {
            @Override
            public synchronized void onData(ByteBuf data) {
                super.onData(data);
                if (bytes.get() > CROWD) {
                    stream.reset(Http2Error.CANCEL);
                }
            }
        });
        for (int sent = 0; sent < CROWD; sent += LARGE) {
            peer.send(peer.data(1, LARGE, false));
        }
        peer.received();
        long before = counted.metric().usedHeapMemory();

        // More than are gathered in one buffer: the first gathering is passed on, and refused, by what begins the
        // second.
        for (int i = 0; i < 20; i++) {
            peer.send(peer.data(1, LARGE / 17, false));
        }

        assertThat(peer.received()).contains("RST_STREAM 1 8");
        assertThat(counted.metric().usedHeapMemory()).isEqualTo(before);
    }

    private HboneStream accepted() {
        server.start();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
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
