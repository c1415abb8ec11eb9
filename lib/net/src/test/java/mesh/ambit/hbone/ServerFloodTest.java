package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What keeps a server busy for nothing ends its tunnel; what only looks like it does not. */
class ServerFloodTest {
    @RegisterExtension
    final ServerEnd server = new ServerEnd();

    private final RawPeer peer = server.peer;

    @Test
    void streamsThatComeAndGoInOneReadNeverReachTheHandlerAndEndTheTunnelAtTwenty() {
        server.start();
        ByteBuf burst = Unpooled.buffer();
        for (int i = 0; i < 21; i++) {
            append(burst, peer.connect(2 * i + 1));
            append(burst, peer.reset(2 * i + 1, 8));
        }
        peer.send(burst);

        assertThat(server.exchanges).isEmpty();
        assertThat(peer.received()).containsExactly("GOAWAY 41 11 too_many_resets");
        assertThat(server.violations).containsExactly("rapid_reset");
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void resetsOfAnsweredStreamsAreNotCounted() {
        server.acceptAtOnce = true;
        server.start();
        for (int i = 0; i < 300; i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.reset(2 * i + 1, 8));
        }

        assertThat(peer.channel.isOpen()).isTrue();
        assertThat(server.accepted).hasSize(300).allMatch(stream -> stream.resetCode == 8);
    }

    @Test
    void peerWhoseFaultsWeResetAThousandTimesIsSentAway() {
        server.start();
        for (int i = 0; i <= 1024; i++) {
            peer.send(peer.headers(2 * i + 1, false, ":method", "CONNECT", ":authority", "a:1", ":path", "/"));
        }

        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 2049 11 too_many_internal_resets");
    }

    @Test
    void floodOfPingsIsSentAwayAndAnHonestNumberIsAnswered() {
        server.start();
        peer.sendHex("000008060000000000" + "0000000000000007");
        assertThat(peer.received()).containsExactly("PING 7 ACK");

        for (int i = 0; i < 5_000 && peer.channel.isOpen(); i++) {
            peer.sendHex("000008060000000000" + "0000000000000007");
        }
        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 0 11 too many frames without content");
    }

    @Test
    void requestsGivenUpBeforeTheirAnswerEndTheTunnelIfTheyAreMostOfThem() {
        server.start();
        for (int i = 0; i < 2_000 && peer.channel.isOpen(); i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.reset(2 * i + 1, 8));
        }

        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 2049 11 too many requests given up");
        assertThat(server.violations).containsExactly("rapid_reset");
    }

    @Test
    void tunnelOfManyShortStreamsIsNoFlood() {
        server.acceptAtOnce = true;
        server.start();
        for (int i = 0; i < 10_000; i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.data(2 * i + 1, 0, true));
            peer.send(peer.reset(2 * i + 1, 8));
            peer.send(peer.reset(2 * i + 1, 8));
            server.accepted.clear();
        }

        assertThat(server.violations).isEmpty();
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void peerThatTakesNoneOfItsAnswersIsSentAway() {
        server.start();
        socketIsFull(true);
        for (int i = 0; i < 11_000 && server.violations.isEmpty(); i++) {
            peer.send(peer.connect(2 * i + 1));
            refuseAll();
        }

        assertThat(server.violations).containsExactly("unread_answers");
    }

    @Test
    void peerThatTakesItsAnswersLateIsNoFlood() {
        server.start();
        for (int i = 0; i < 11_000; i++) {
            socketIsFull(i % 4_000 != 0);
            peer.send(peer.connect(2 * i + 1));
            refuseAll();
        }

        assertThat(server.violations).isEmpty();
        socketIsFull(false);
    }

    private void refuseAll() {
        server.exchanges.forEach(exchange -> exchange.refuse(503));
        server.exchanges.clear();
    }

    private void socketIsFull(boolean full) {
        peer.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, !full);
        peer.channel.runPendingTasks();
    }

    @Test
    void everyKindOfIdleFrameIsCounted() {
        for (String frame : List.of(
                "000006040000000000" + "000400100000", // SETTINGS that moves every stream's window
                "0000080601000000000000000000000007", // PING answer that nobody asked for
                "0000050200000000010000000000", // PRIORITY
                "00000063 0000000000".replace(" ", ""), // unknown type
                "000004030000000001" + "00000008", // RST_STREAM of a stream that is over
                "000004080000000001" + "00010000", // WINDOW_UPDATE of a stream that is over
                "000000000000000001")) { // empty DATA for a stream that is over
            ServerEnd flooded = new ServerEnd();
            RawPeer flooder = flooded.peer;
            flooded.start();
            flooder.send(flooder.connect(1));
            flooded.exchanges.getFirst().refuse(503);
            for (int i = 0; i < 5_000 && flooder.channel.isOpen(); i++) {
                flooder.sendHex(frame);
            }
            flooded.peer.close();
            assertThat(flooded.violations).as(frame).containsExactly("control_flood");
        }
    }

    @Test
    void drippingCreditIsAFlood() {
        server.acceptAtOnce = true;
        server.start();
        peer.send(peer.connect(1));
        ByteBuf drops = Unpooled.buffer();
        for (int i = 0; i < 1_000; i++) {
            append(drops, FrameWriter.windowUpdate(peer.channel.alloc(), 1, 1));
        }
        for (int i = 0; i < 70 && peer.channel.isOpen(); i++) {
            peer.send(drops.copy());
        }
        drops.release();

        assertThat(server.violations).containsExactly("window_flood");
    }

    @Test
    void headerBlockWithoutEndIsAFlood() {
        server.start();
        peer.sendHex("000000010000000001");
        for (int i = 0; i < 200 && peer.channel.isOpen(); i++) {
            peer.sendHex("000000090000000001");
        }

        assertThat(server.violations).containsExactly("header_flood");
    }

    @Test
    void hpackBombIsAnswered431OverAndOverUntilItIsTooMuch() {
        server.start();
        // One entry of 4,000 bytes into the table, then 40 references to it: 160,000 bytes of fields in 4,100.
        ByteBuf block = Unpooled.buffer();
        block.writeByte(0x40)
                .writeByte(1)
                .writeByte('x')
                .writeByte(127)
                .writeByte(0xa1)
                .writeByte(0x1e);
        block.writeBytes("y".repeat(4_000).getBytes(StandardCharsets.ISO_8859_1));
        peer.send(FrameWriter.headers(peer.channel.alloc(), 1, block.copy(), false, 16_384));
        ByteBuf references = Unpooled.buffer();
        for (int i = 0; i < 40; i++) {
            references.writeByte(0x80 | 62);
        }
        for (int i = 1; i < 3_000 && peer.channel.isOpen(); i++) {
            peer.send(FrameWriter.headers(peer.channel.alloc(), 2 * i + 1, references.copy(), false, 16_384));
        }
        block.release();
        references.release();

        assertThat(server.exchanges).isEmpty();
        assertThat(server.violations).containsExactly("stream_errors");
    }

    private static void append(ByteBuf all, ByteBuf frame) {
        all.writeBytes(frame);
        frame.release();
    }
}
