package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a server's end keeps to its peer's windows, and makes the peer keep to ours. */
class ServerFlowTest {
    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    @Test
    void bytesSentOneByOneToASlowReaderAreGathered() {
        server.start();
        peer.send(peer.connect(1));
        TestStreams.Recorder slow = new TestStreams.Recorder(null, true);
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        int[] pieces = new int[1];
        stream.receive(new TestStreams.Recorder(null, true) {
            @Override
            public synchronized void onData(ByteBuf data) {
                pieces[0]++;
                slow.onData(data);
            }

            @Override
            public void onEndOfInput() {
                slow.onEndOfInput();
            }
        });
        peer.send(peer.data(1, 200_000, false));
        for (int i = 0; i < 50_000; i++) {
            peer.send(peer.data(1, 1, false));
        }
        assertThat(pieces[0]).isLessThan(10);

        stream.consumed(200_000 - 10_000);
        assertThat(slow.bytes.get()).isEqualTo(250_000);
        peer.send(peer.data(1, 3, true));
        assertThat(slow.bytes.get()).isEqualTo(250_003);
        assertThat(slow.ended).isTrue();
    }

    @Test
    void fewBytesInManyPiecesAreGatheredToo() {
        server.start();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        int[] pieces = new int[1];
        TestStreams.Recorder slow = new TestStreams.Recorder(null, true) {
            @Override
            public synchronized void onData(ByteBuf data) {
                pieces[0]++;
                super.onData(data);
            }
        };
        stream.receive(slow);

        for (int i = 0; i < 60_000; i++) {
            peer.send(peer.data(1, 1, false));
        }

        assertThat(pieces[0]).isLessThan(300);
        stream.consumed((int) slow.bytes.get());
        assertThat(slow.bytes.get()).isEqualTo(60_000);
    }

    @Test
    void longFrameInSmallPiecesArrivesAsItComes() {
        server.start();
        peer.send(peer.connect(1));
        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        TestStreams.Recorder fast = new TestStreams.Recorder(stream, true);
        stream.receive(fast);
        int frame = 500_000;
        peer.send(FrameWriter.dataHeader(peer.channel.alloc(), 1, false, frame));

        for (int sent = 500; sent <= frame; sent += 500) {
            peer.send(Unpooled.buffer(500).writeZero(500));
            assertThat(fast.bytes.get()).isEqualTo(sent);
        }
    }

    @Test
    void bytesThatAreTakenOnTheSpotStayInOrder() {
        server.start();
        peer.send(peer.connect(1));
        int[] pieces = {70_000, 50_000, 20_000, 30, 40};
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < pieces.length; i++) {
            byte[] bytes = new byte[pieces[i]];
            Arrays.fill(bytes, (byte) i);
            sent.writeBytes(bytes);
            ByteBuf header = FrameWriter.dataHeader(peer.channel.alloc(), 1, false, bytes.length);
            peer.send(Unpooled.wrappedBuffer(header, Unpooled.wrappedBuffer(bytes)));
        }

        HboneStream stream = server.exchanges.getFirst().accept(HeaderFields.NONE);
        TestStreams.Recorder recorder = new TestStreams.Recorder(stream, true);
        stream.receive(recorder);

        assertThat(Arrays.equals(recorder.kept(), sent.toByteArray())).isTrue();
    }

    @Test
    void creditIsReturnedInHalfWindowsOnceBytesAreConsumed() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        TestStreams.Recorder stream = server.accepted.getFirst();
        peer.receivedDecoded();

        for (int i = 0; i < 4; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }
        assertThat(stream.bytes.get()).isEqualTo(4L * 1024 * 1024);
        assertThat(peer.received()).isEmpty();

        server.streams.getFirst().consumed(2 * 1024 * 1024 - 1);
        assertThat(peer.received()).isEmpty();
        server.streams.getFirst().consumed(1);
        assertThat(peer.received()).containsExactly("WINDOW_UPDATE 1 2097152");
        server.streams.getFirst().consumed(2 * 1024 * 1024);
        assertThat(peer.received()).containsExactly("WINDOW_UPDATE 1 2097152");
    }

    @Test
    void bytesBeyondTheStreamsWindowResetTheStreamOnly() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        for (int i = 0; i < 5; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }

        assertThat(peer.received()).containsExactly("RST_STREAM 1 3");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void peerThatHasNotAcknowledgedOurSettingsHasTheDefaultWindow() {
        server.acceptAtOnce = true;
        peer.sendHastyPreface();
        peer.send(peer.connect(1));
        peer.send(peer.connect(3));
        peer.receivedDecoded();
        peer.send(peer.data(1, 65_535, false));
        peer.send(peer.data(3, 65_536, false));
        assertThat(peer.received()).containsExactly("RST_STREAM 3 3");

        peer.sendHex(RawPeer.SETTINGS_ACK);
        for (int i = 1; i < 64; i++) {
            peer.send(peer.data(1, 65_536, false));
        }
        assertThat(peer.received()).isEmpty();
        assertThat(server.accepted.getFirst().bytes.get()).isEqualTo(4L * 1024 * 1024 - 1);
        peer.send(peer.data(1, 2, false));
        assertThat(peer.received()).containsExactly("RST_STREAM 1 3");
    }

    @Test
    void creditBeforeTheAcknowledgementIsThatOfTheDefaultWindow() {
        server.acceptAtOnce = true;
        peer.sendHastyPreface();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        peer.send(peer.data(1, 40_000, false));

        server.streams.getFirst().consumed(40_000);

        assertThat(peer.received()).containsExactly("WINDOW_UPDATE 1 40000");
    }

    @Test
    void bytesForDeadStreamsStillReturnTheTunnelsCredit() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        server.streams.getFirst().reset(Http2Error.CANCEL);

        for (int i = 0; i < 40; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }

        assertThat(peer.channel.isOpen()).isTrue();
        assertThat(peer.received().stream().filter(frame -> frame.startsWith("WINDOW_UPDATE 0")))
                .hasSize(5);
    }

    @Test
    void paddingReturnsItsCreditByItself() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        // 255 bytes of padding and not one of data, more than any window holds.
        String frame = "000100000800000001" + "ff" + "00".repeat(255);
        for (int i = 0; i < 4_000; i++) {
            peer.sendHex(frame);
        }

        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void answersWaitForThePeersWindow() {
        server.acceptAtOnce = true;
        server.start();
        peer.sendHex("000006040000000000" + "0004" + "0000000a"); // Ten bytes for each stream.
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        HboneStream stream = server.streams.getFirst();

        stream.write(Unpooled.buffer().writeBytes(new byte[25]));
        stream.shutdownOutput();
        assertThat(stream.isWritable()).isFalse();
        assertThat(peer.received()).containsExactly("DATA 1 10-0 " + "00".repeat(10));

        peer.sendHex("000004080000000001" + "0000000a");
        assertThat(peer.received()).containsExactly("DATA 1 10-0 " + "00".repeat(10));
        peer.sendHex("000004080000000001" + "0000000a");
        assertThat(peer.received()).containsExactly("DATA 1 5-0 " + "00".repeat(5), "DATA 1 0-0  END");
        assertThat(server.accepted.getFirst().outputEnded).isTrue();
    }

    @Test
    void streamsThatAreOverDoNotWaitForTheirWindow() {
        server.acceptAtOnce = true;
        server.start();
        peer.sendHex("000006040000000000" + "0004" + "00000000"); // Not a byte for any stream.

        for (int i = 0; i < 100; i++) {
            peer.send(peer.connect(2 * i + 1));
            server.streams.getLast().write(Unpooled.buffer().writeBytes(new byte[10]));
            assertThat(server.tunnel.out().waiting()).isEqualTo(1);
            peer.send(peer.reset(2 * i + 1, 8));
        }

        assertThat(server.tunnel.out().waiting()).isZero();
    }

    @Test
    void writerIsToldWhenItsWindowOpensAgain() {
        server.acceptAtOnce = true;
        server.start();
        peer.sendHex("000006040000000000" + "0004" + "00000000");
        peer.send(peer.connect(1));
        assertThat(server.streams.getFirst().isWritable()).isFalse();

        peer.sendHex("000006040000000000" + "0004" + "00000005"); // Windows grow by the setting, too.

        assertThat(server.accepted.getFirst().writable).isEqualTo(1);
        assertThat(server.streams.getFirst().isWritable()).isTrue();
    }

    @Test
    void smallFramesFillTlsRecordsExactly() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        server.streams.getFirst().write(Unpooled.buffer().writeBytes(new byte[20_000]));
        server.streams.getFirst().flush();

        assertThat(peer.received())
                .extracting(frame -> frame.substring(0, frame.lastIndexOf(' ')))
                .containsExactly("DATA 1 16375-0", "DATA 1 3625-0");
    }

    @Test
    void headroomIsUsedForTheFrameHeader() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        ByteBuf data = peer.channel.alloc().buffer(64).setIndex(9, 9).writeBytes(new byte[] {1, 2, 3});
        peer.channel.flushOutbound();

        server.streams.getFirst().write(data);
        peer.channel.flush();

        ByteBuf sent = peer.channel.readOutbound();
        assertThat(sent).isSameAs(data);
        assertThat(sent.readableBytes()).isEqualTo(12);
        sent.release();
    }

    @Test
    void bytesBeforeTheAnswerWait() {
        server.start();
        peer.send(peer.connect(1));
        peer.send(peer.data(1, 100, true));

        TestStreams.Recorder stream = server.accept(server.exchanges.getFirst());

        assertThat(stream.kept()).hasSize(100);
        assertThat(stream.ended).isTrue();
    }
}
