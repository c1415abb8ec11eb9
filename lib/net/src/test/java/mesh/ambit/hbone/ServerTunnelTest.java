package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server's end against hand-made frames. */
class ServerTunnelTest {
    private final List<ConnectExchange> exchanges = new ArrayList<>();
    private boolean acceptAtOnce;
    private final List<TestStreams.Recorder> accepted = new ArrayList<>();

    private final List<String> violations = new ArrayList<>();
    private final TunnelGuards guards = new TunnelGuards(Duration.ZERO, 0, new TunnelGuards.Observer() {
        @Override
        public void onViolation(boolean server, String reason) {
            violations.add(reason);
        }
    });

    private final ServerTunnel tunnel =
            new ServerTunnel(TunnelSettings.DEFAULT, guards, InstantSource.system(), new ConnectHandler() {
                @Override
                public void onConnect(ConnectExchange exchange) {
                    exchanges.add(exchange);
                    if (acceptAtOnce) {
                        accept(exchange);
                    }
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
    void settingsComeBeforeTheClientHasSaidAnything() {
        assertThat(peer.received())
                .containsExactly(
                        "SETTING 3=200",
                        "SETTING 4=4194304",
                        "SETTING 5=1048576",
                        "SETTING 6=65536",
                        "SETTINGS",
                        "WINDOW_UPDATE 0 16711681");
    }

    @Test
    void requestReachesTheHandlerAndItsAnswerThePeer() {
        start();
        peer.send(peer.headers(
                1, false, ":method", "CONNECT", ":authority", "10.0.0.1:80", "baggage", "a=b", "forwarded", "for=x"));

        ConnectRequest request = exchanges.getFirst().request();
        assertThat(request.method()).isEqualTo("CONNECT");
        assertThat(request.authority()).isEqualTo("10.0.0.1:80");
        assertThat(request.headers()).isEqualTo(HeaderFields.of("baggage", "a=b", "forwarded", "for=x"));
        assertThat(request.endOfInput()).isFalse();

        exchanges.getFirst().accept(HeaderFields.of("baggage", "c=d"));
        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200 baggage=c=d");
    }

    @Test
    void refusalCarriesNothingButTheStatusAndEndsBothHalves() {
        start();
        peer.send(peer.connect(1));

        exchanges.getFirst().refuse(503);

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=503 END", "RST_STREAM 1 0");
    }

    @Test
    void abandonedRequestIsResetWithoutAnAnswer() {
        start();
        peer.send(peer.connect(1));

        exchanges.getFirst().abandon();

        assertThat(exchanges.getFirst().isOpen()).isFalse();
        assertThat(peer.receivedDecoded()).containsExactly("RST_STREAM 1 8");
    }

    @Test
    void requestWithoutBytesIsAnImmediateHalfClose() {
        start();
        peer.send(peer.headers(1, true, ":method", "CONNECT", ":authority", "10.0.0.1:80"));

        assertThat(exchanges.getFirst().request().endOfInput()).isTrue();
        TestStreams.Recorder stream = accept(exchanges.getFirst());
        assertThat(stream.ended).isTrue();
        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=200");
    }

    @Test
    void otherMethodsAreTheHandlersToRefuse() {
        start();
        peer.send(
                peer.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "10.0.0.1:80"));

        assertThat(exchanges.getFirst().request().method()).isEqualTo("GET");
    }

    @Test
    void connectWithSchemeOrPathIsReset() {
        start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "a:1", ":scheme", "https"));
        peer.send(peer.headers(3, false, ":method", "CONNECT", ":authority", "a:1", ":path", "/"));

        assertThat(exchanges).isEmpty();
        assertThat(peer.received()).containsExactly("RST_STREAM 1 1", "RST_STREAM 3 1");
    }

    @Test
    void longHeadersAreAnswered431AndTheTunnelGoesOn() {
        start();
        peer.send(peer.headers(1, false, ":method", "CONNECT", ":authority", "a:1", "baggage", "x".repeat(70_000)));
        peer.send(peer.connect(3));

        assertThat(peer.receivedDecoded()).containsExactly("HEADERS 1 :status=431 END", "RST_STREAM 1 1");
        assertThat(exchanges).hasSize(1);
    }

    @Test
    void stream201IsRefused() {
        start();
        for (int i = 0; i < 201; i++) {
            peer.send(peer.connect(2 * i + 1));
        }

        assertThat(exchanges).hasSize(200);
        assertThat(peer.received()).containsExactly("RST_STREAM 401 7");
    }

    @Test
    void streamsThatComeAndGoInOneReadNeverReachTheHandlerAndEndTheTunnelAtTwenty() {
        start();
        ByteBuf burst = Unpooled.buffer();
        for (int i = 0; i < 21; i++) {
            append(burst, peer.connect(2 * i + 1));
            append(burst, peer.reset(2 * i + 1, 8));
        }
        peer.send(burst);

        assertThat(exchanges).isEmpty();
        assertThat(peer.received()).containsExactly("GOAWAY 41 11 too many resets");
        assertThat(violations).containsExactly("rapid_reset");
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void resetsOfAnsweredStreamsAreNotCounted() {
        acceptAtOnce = true;
        start();
        for (int i = 0; i < 300; i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.reset(2 * i + 1, 8));
        }

        assertThat(peer.channel.isOpen()).isTrue();
        assertThat(accepted).hasSize(300).allMatch(stream -> stream.resetCode == 8);
    }

    @Test
    void peerWhoseFaultsWeResetAThousandTimesIsSentAway() {
        start();
        for (int i = 0; i <= 1024; i++) {
            peer.send(peer.headers(2 * i + 1, false, ":method", "CONNECT", ":authority", "a:1", ":path", "/"));
        }

        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 2049 11 too many stream errors");
    }

    @Test
    void floodOfPingsIsSentAwayAndAnHonestNumberIsAnswered() {
        start();
        peer.sendHex("000008060000000000" + "0000000000000007");
        assertThat(peer.received()).containsExactly("PING 7 ACK");

        for (int i = 0; i < 5_000 && peer.channel.isOpen(); i++) {
            peer.sendHex("000008060000000000" + "0000000000000007");
        }
        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 0 11 too many frames without content");
    }

    @Test
    void requestsGivenUpBeforeTheirAnswerEndTheTunnelIfTheyAreMostOfThem() {
        start();
        for (int i = 0; i < 2_000 && peer.channel.isOpen(); i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.reset(2 * i + 1, 8));
        }

        assertThat(peer.received().getLast()).isEqualTo("GOAWAY 2049 11 too many requests given up");
        assertThat(violations).containsExactly("rapid_reset");
    }

    @Test
    void tunnelOfManyShortStreamsIsNoFlood() {
        acceptAtOnce = true;
        start();
        for (int i = 0; i < 10_000; i++) {
            peer.send(peer.connect(2 * i + 1));
            peer.send(peer.data(2 * i + 1, 0, true));
            peer.send(peer.reset(2 * i + 1, 8));
            peer.send(peer.reset(2 * i + 1, 8));
            accepted.clear();
        }

        assertThat(violations).isEmpty();
        assertThat(peer.channel.isOpen()).isTrue();
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
            List<String> seen = new ArrayList<>();
            RawPeer flooder = new RawPeer(
                    new ServerTunnel(
                            TunnelSettings.DEFAULT,
                            new TunnelGuards(Duration.ZERO, 0, new TunnelGuards.Observer() {
                                @Override
                                public void onViolation(boolean server, String reason) {
                                    seen.add(reason);
                                }
                            }),
                            InstantSource.system(),
                            new ConnectHandler() {
                                @Override
                                public void onConnect(ConnectExchange exchange) {
                                    exchange.refuse(503);
                                }

                                @Override
                                public void onHandshakeFailed(
                                        InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure) {}
                            }),
                    true);
            flooder.sendPreface();
            flooder.send(flooder.connect(1));
            for (int i = 0; i < 5_000 && flooder.channel.isOpen(); i++) {
                flooder.sendHex(frame);
            }
            flooder.close();
            assertThat(seen).as(frame).containsExactly("control_flood");
        }
    }

    @Test
    void drippingCreditIsAFlood() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        ByteBuf drops = Unpooled.buffer();
        for (int i = 0; i < 1_000; i++) {
            append(drops, FrameWriter.windowUpdate(peer.channel.alloc(), 1, 1));
        }
        for (int i = 0; i < 70 && peer.channel.isOpen(); i++) {
            peer.send(drops.copy());
        }
        drops.release();

        assertThat(violations).containsExactly("window_flood");
    }

    @Test
    void headerBlockWithoutEndIsAFlood() {
        start();
        peer.sendHex("000000010000000001");
        for (int i = 0; i < 200 && peer.channel.isOpen(); i++) {
            peer.sendHex("000000090000000001");
        }

        assertThat(violations).containsExactly("header_flood");
    }

    @Test
    void hpackBombIsAnswered431OverAndOverUntilItIsTooMuch() {
        start();
        // One entry of 4,000 bytes into the table, then 40 references to it: 160,000 bytes of fields in 4,100.
        ByteBuf block = Unpooled.buffer();
        block.writeByte(0x40)
                .writeByte(1)
                .writeByte('x')
                .writeByte(127)
                .writeByte(0xa1)
                .writeByte(0x1e);
        block.writeBytes("y".repeat(4_000).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
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

        assertThat(exchanges).isEmpty();
        assertThat(violations).containsExactly("stream_errors");
    }

    @Test
    void bytesSentOneByOneToASlowReaderAreGathered() {
        start();
        peer.send(peer.connect(1));
        TestStreams.Recorder slow = new TestStreams.Recorder(null, true);
        HboneStream stream = exchanges.getFirst().accept(HeaderFields.NONE);
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
    void creditIsReturnedInHalfWindowsOnceBytesAreConsumed() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        TestStreams.Recorder stream = accepted.getFirst();
        peer.receivedDecoded();

        for (int i = 0; i < 4; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }
        assertThat(stream.bytes.get()).isEqualTo(4L * 1024 * 1024);
        assertThat(peer.received()).isEmpty();

        streams.getFirst().consumed(2 * 1024 * 1024 - 1);
        assertThat(peer.received()).isEmpty();
        streams.getFirst().consumed(1);
        assertThat(peer.received()).containsExactly("WINDOW_UPDATE 1 2097152");
        streams.getFirst().consumed(2 * 1024 * 1024);
        assertThat(peer.received()).containsExactly("WINDOW_UPDATE 1 2097152");
    }

    @Test
    void bytesBeyondTheStreamsWindowResetTheStreamOnly() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        for (int i = 0; i < 5; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }

        assertThat(peer.received()).containsExactly("RST_STREAM 1 3");
        assertThat(peer.channel.isOpen()).isTrue();
    }

    @Test
    void bytesForDeadStreamsStillReturnTheTunnelsCredit() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        streams.getFirst().reset(Http2Error.CANCEL);

        for (int i = 0; i < 40; i++) {
            peer.send(peer.data(1, 1024 * 1024, false));
        }

        assertThat(peer.channel.isOpen()).isTrue();
        assertThat(peer.received().stream().filter(frame -> frame.startsWith("WINDOW_UPDATE 0")))
                .hasSize(5);
    }

    @Test
    void paddingReturnsItsCreditByItself() {
        acceptAtOnce = true;
        start();
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
        acceptAtOnce = true;
        start();
        peer.sendHex("000006040000000000" + "0004" + "0000000a"); // Ten bytes for each stream.
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        HboneStream stream = streams.getFirst();

        stream.write(Unpooled.buffer().writeBytes(new byte[25]));
        stream.shutdownOutput();
        assertThat(stream.isWritable()).isFalse();
        assertThat(peer.received()).containsExactly("DATA 1 10-0 " + "00".repeat(10));

        peer.sendHex("000004080000000001" + "0000000a");
        assertThat(peer.received()).containsExactly("DATA 1 10-0 " + "00".repeat(10));
        peer.sendHex("000004080000000001" + "0000000a");
        assertThat(peer.received()).containsExactly("DATA 1 5-0 " + "00".repeat(5), "DATA 1 0-0  END");
        assertThat(accepted.getFirst().outputEnded).isTrue();
    }

    @Test
    void writerIsToldWhenItsWindowOpensAgain() {
        acceptAtOnce = true;
        start();
        peer.sendHex("000006040000000000" + "0004" + "00000000");
        peer.send(peer.connect(1));
        assertThat(streams.getFirst().isWritable()).isFalse();

        peer.sendHex("000006040000000000" + "0004" + "00000005"); // Windows grow by the setting, too.

        assertThat(accepted.getFirst().writable).isEqualTo(1);
        assertThat(streams.getFirst().isWritable()).isTrue();
    }

    @Test
    void smallFramesFillTlsRecordsExactly() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        streams.getFirst().write(Unpooled.buffer().writeBytes(new byte[20_000]));
        streams.getFirst().flush();

        assertThat(peer.received())
                .extracting(frame -> frame.substring(0, frame.lastIndexOf(' ')))
                .containsExactly("DATA 1 16375-0", "DATA 1 3625-0");
    }

    @Test
    void headroomIsUsedForTheFrameHeader() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();
        ByteBuf data = peer.channel.alloc().buffer(64).setIndex(9, 9).writeBytes(new byte[] {1, 2, 3});
        peer.channel.flushOutbound();

        streams.getFirst().write(data);
        peer.channel.flush();

        ByteBuf sent = peer.channel.readOutbound();
        assertThat(sent).isSameAs(data);
        assertThat(sent.readableBytes()).isEqualTo(12);
        sent.release();
    }

    @Test
    void resetByThePeerEndsTheStreamWithItsCode() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.send(peer.reset(1, 8));

        assertThat(accepted.getFirst().resetCode).isEqualTo(8);
    }

    @Test
    void peerThatGivesUpBeforeTheAnswerIsNoticed() {
        start();
        peer.send(peer.connect(1));
        peer.send(peer.data(1, 100, false));
        List<String> told = new ArrayList<>();
        exchanges.getFirst().whenAbandoned(() -> told.add("gone"));

        peer.send(peer.reset(1, 8));

        assertThat(told).containsExactly("gone");
        assertThat(exchanges.getFirst().isOpen()).isFalse();
        HboneStream late = exchanges.getFirst().accept(HeaderFields.NONE);
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        late.receive(recorder);
        assertThat(recorder.resetCode).isEqualTo(8);
        assertThat(recorder.kept()).isEmpty();
    }

    @Test
    void bytesBeforeTheAnswerWait() {
        start();
        peer.send(peer.connect(1));
        peer.send(peer.data(1, 100, true));

        TestStreams.Recorder stream = accept(exchanges.getFirst());

        assertThat(stream.kept()).hasSize(100);
        assertThat(stream.ended).isTrue();
    }

    @Test
    void framesOnStreamsNeverOpenedEndTheTunnel() {
        start();
        peer.send(peer.data(1, 1, false));

        assertThat(peer.received()).containsExactly("GOAWAY 0 1 DATA on idle stream 1");
        assertThat(peer.channel.isOpen()).isFalse();
    }

    @Test
    void evenStreamIdsEndTheTunnel() {
        start();
        peer.send(peer.connect(2));

        assertThat(peer.received()).containsExactly("GOAWAY 0 1 client opened stream 2");
    }

    @Test
    void brokenHeaderBlockEndsTheTunnel() {
        start();
        peer.sendHex("000001010400000001" + "ff");

        assertThat(peer.received().getFirst()).startsWith("GOAWAY 0 1 ");
        assertThat(violations).containsExactly("compression_error");
    }

    @Test
    void silentPeerIsAskedAfterTenSecondsAndGivenUpAfterThirty() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        peer.pass(9);
        assertThat(peer.received()).isEmpty();
        peer.pass(1);
        assertThat(peer.received()).containsExactly("PING 1");
        peer.pass(19);
        assertThat(peer.channel.isOpen()).isTrue();
        peer.pass(1);

        assertThat(peer.received()).containsExactly("GOAWAY 1 0 ");
        assertThat(peer.channel.isOpen()).isFalse();
        assertThat(accepted.getFirst().lost).isNotNull();
    }

    @Test
    void answeredPingBeginsTheNextInterval() {
        start();
        peer.pass(10);
        peer.received();
        peer.pass(5);
        peer.sendHex("000008060100000000" + "0000000000000001");
        peer.pass(9);
        assertThat(peer.received()).isEmpty();
        peer.pass(1);
        assertThat(peer.received()).containsExactly("PING 2");
    }

    @Test
    void drainAnnouncesServesWhatArrivesAndClosesAfterTheLastStream() {
        acceptAtOnce = true;
        start();
        peer.send(peer.connect(1));
        peer.receivedDecoded();

        tunnel.drain();
        List<String> first = peer.received();
        assertThat(first).hasSize(2).element(0).isEqualTo("GOAWAY 2147483647 0 ");
        peer.send(peer.connect(3)); // Slipped in between the two.
        assertThat(accepted).hasSize(2);
        peer.receivedDecoded();
        long payload = Long.parseLong(first.get(1).split(" ", -1)[1]);
        peer.send(FrameWriter.ping(peer.channel.alloc(), true, payload));
        assertThat(peer.received()).containsExactly("GOAWAY 3 0 ");

        peer.send(peer.connect(5));
        assertThat(accepted).hasSize(2);
        peer.send(peer.data(1, 0, true));
        streams.get(0).shutdownOutput();
        assertThat(peer.channel.isOpen()).isTrue();
        peer.send(peer.reset(3, 8));
        assertThat(peer.channel.isOpen()).isFalse();
    }

    private final List<HboneStream> streams = new ArrayList<>();

    private TestStreams.Recorder accept(ConnectExchange exchange) {
        HboneStream stream = exchange.accept(HeaderFields.NONE);
        TestStreams.Recorder recorder = new TestStreams.Recorder(null, true);
        stream.receive(recorder);
        streams.add(stream);
        accepted.add(recorder);
        return recorder;
    }

    private void start() {
        peer.sendPreface();
        peer.received();
    }

    private static void append(ByteBuf all, ByteBuf frame) {
        all.writeBytes(frame);
        frame.release();
    }
}
