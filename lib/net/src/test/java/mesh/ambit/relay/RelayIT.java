package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.Loops;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two applications with plain sockets, and between them relays: through a tunnel, or straight. */
class RelayIT {
    /** A thread for each task: they block. */
    private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

    private final RelayLab lab = new RelayLab();

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource
    void clientThatEndsItsHalfStillGetsTheWholeAnswer(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "question");
            client.shutdownOutput();

            assertThat(readAll(server)).isEqualTo("question");
            send(server, "answer");
            server.shutdownOutput();
            assertThat(readAll(client)).isEqualTo("answer");
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
        assertThat(lab.clientRelay().sentBytes()).isEqualTo(8);
        assertThat(lab.clientRelay().receivedBytes()).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource
    void serverThatEndsItsHalfFirstStillGetsTheWholeQuestion(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(server, "greeting");
            server.shutdownOutput();
            assertThat(readAll(client)).isEqualTo("greeting");
            send(client, "late question");
            client.shutdownOutput();
            assertThat(readAll(server)).isEqualTo("late question");
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
    }

    @ParameterizedTest
    @EnumSource
    void whatWasSentBeforeTheRelayIsNotLost(RelayLab.Path path) throws Exception {
        lab.holdTunnels();
        try (Socket client = lab.connect(path)) {
            send(client, "early");
            client.shutdownOutput();
            lab.releaseTunnels();
            try (Socket server = lab.accept()) {
                assertThat(readAll(server)).isEqualTo("early");
            }
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
    }

    @ParameterizedTest
    @EnumSource
    void muchDataCrossesBothWaysAtOnce(RelayLab.Path path) throws Exception {
        int size = 24 * 1024 * 1024;
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            CompletableFuture<Void> up = sendPattern(client, size, 1);
            CompletableFuture<Void> down = sendPattern(server, size, 2);
            CompletableFuture<Integer> atClient =
                    CompletableFuture.supplyAsync(() -> mismatch(client, size, 2), THREADS);

            assertThat(mismatch(server, size, 1)).isEqualTo(-1);
            assertThat(atClient.get(120, TimeUnit.SECONDS)).isEqualTo(-1);
            up.get(60, TimeUnit.SECONDS);
            down.get(60, TimeUnit.SECONDS);
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
    }

    @ParameterizedTest
    @EnumSource
    void writerStopsWhenTheReaderDoes(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            RelayLab.Writing writing = lab.writeUntilStuck(client);
            long taken = writing.taken();
            assertThat(taken).isLessThan(40L * 1024 * 1024);
            long counted = lab.clientRelay().sentBytes();
            assertThat(counted).isLessThanOrEqualTo(writing.begun());

            // Once the reader goes on, so does everything else.
            InputStream in = server.getInputStream();
            byte[] buffer = new byte[256 * 1024];
            long read = 0;
            while (read < taken) {
                int length = in.read(buffer);
                assertThat(length).isPositive();
                read += length;
            }
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try") // Closing early is the point.
    void resetByTheClientReachesTheServerAsAnEnd(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');
            client.setSoLinger(true, 0);
            client.close();

            assertThat(server.getInputStream().read()).isEqualTo(-1);
        }
        lab.awaitEnds(path, new RelayEnd.Completed());
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try") // Closing early is the point.
    void applicationThatWentAwayDoesNotKeepTheLoopBusy(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');
            client.close(); // An orderly end, but what comes now is answered with a reset.
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            send(server, "first");
            Loops.await("bytes arrived", () -> lab.clientRelay().receivedBytes() == 5);

            assertThat(lab.busyMillisIn(300)).isLessThan(150);
            send(server, "second");
            Loops.await("client's relay noticed", () -> !lab.ends().isEmpty());
            assertThat(lab.ends().getFirst()).isEqualTo(new RelayEnd.Completed());
        }
        Loops.await("all relays over", () -> lab.ends().size() == path.relays());
    }

    @ParameterizedTest
    @EnumSource
    void cutClosesBothApplications(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.clientRelay().cut(CutReason.POLICY);

            assertThat(endOf(client)).isLessThan(0);
            assertThat(endOf(server)).isLessThan(0);
        }
        Loops.await("cut seen", () -> lab.ends().contains(new RelayEnd.Cut(CutReason.POLICY)));
        Loops.await("all relays over", () -> lab.ends().size() == path.relays());
    }

    @ParameterizedTest
    @EnumSource(names = "TUNNEL")
    void serverSideCutShowsAtTheClientAsBrokenPipe(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.serverRelay().cut(CutReason.POLICY);

            assertThat(endOf(client)).isEqualTo(-1);
            client.shutdownOutput();
            Loops.await("client's relay over", () -> lab.ends().size() == 2);
        }
        assertThat(lab.ends()).contains(new RelayEnd.Failed("while closing connection: send: io error: broken pipe"));
    }

    @ParameterizedTest
    @EnumSource(names = "TUNNEL")
    void lostTunnelIsAnOrderlyCloseForBothApplications(RelayLab.Path path) throws Exception {
        try (Socket client = lab.connect(path);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.closeTunnels();

            assertThat(endOf(client)).isEqualTo(-1);
            assertThat(endOf(server)).isEqualTo(-1);
        }
        Loops.await("both relays over", () -> lab.ends().size() == 2);
        assertThat(lab.ends())
                .contains(new RelayEnd.Completed())
                .anySatisfy(end -> assertThat(end)
                        .isInstanceOfSatisfying(
                                RelayEnd.Failed.class,
                                failed -> assertThat(failed.text())
                                        .startsWith("while closing connection: receive: io error: ")));
    }

    @Test
    void streamsOfAGoneWorkloadAreResetByItsSideAndMissedByTheOther() throws Exception {
        RelayEnd broken = new RelayEnd.Failed("while closing connection: receive: io error: broken pipe");
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.clientRelay().cut(CutReason.WORKLOAD_GONE);

            assertThat(endOf(server)).isEqualTo(-1);
        }
        Loops.await("both relays over", () -> lab.ends().size() == 2);
        assertThat(lab.ends()).containsExactlyInAnyOrder(new RelayEnd.Cut(CutReason.WORKLOAD_GONE), broken);
    }

    @Test
    void streamsToAGoneWorkloadAreBroken() throws Exception {
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.serverRelay().cut(CutReason.WORKLOAD_GONE);
            lab.closeTunnels();

            assertThat(endOf(client)).isEqualTo(-1);
        }
        Loops.await("both relays over", () -> lab.ends().size() == 2);
        assertThat(lab.ends())
                .containsExactlyInAnyOrder(
                        new RelayEnd.Completed(),
                        new RelayEnd.Failed("while closing connection: receive: io error: broken pipe"));
    }

    @Test
    void clientThatGoesAwayEndsItsStreamsInOrder() throws Exception {
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.leaveTunnels();

            assertThat(endOf(client)).isEqualTo(-1);
            assertThat(endOf(server)).isEqualTo(-1);
        }
        lab.awaitEnds(RelayLab.Path.TUNNEL, new RelayEnd.Completed());
    }

    @Test
    void bytesForAClientThatHasGoneAreAFault() throws Exception {
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            send(client, "x");
            assertThat(server.getInputStream().read()).isEqualTo('x');

            lab.leaveTunnels();
            assertThat(endOf(server)).isEqualTo(-1);
            send(server, "answer");

            Loops.await("both relays over", () -> lab.ends().size() == 2);
        }
        assertThat(lab.ends())
                .containsExactlyInAnyOrder(
                        new RelayEnd.Completed(),
                        new RelayEnd.Failed("receive: client disconnected before all data was written"));
    }

    /** Returns what a read at the end gives: -1 for an orderly end, -2 for a reset. */
    private static int endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            return -2;
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static CompletableFuture<Void> sendPattern(Socket socket, int size, int seed) {
        return CompletableFuture.runAsync(
                () -> {
                    Random random = new Random(seed);
                    byte[] chunk = new byte[100_000];
                    try {
                        OutputStream out = socket.getOutputStream();
                        for (int left = size; left > 0; left -= chunk.length) {
                            random.nextBytes(chunk);
                            out.write(chunk, 0, Math.min(left, chunk.length));
                        }
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                THREADS);
    }

    /** Returns where what arrives differs from the pattern, or -1. */
    private static int mismatch(Socket socket, int size, int seed) {
        Random random = new Random(seed);
        byte[] expected = new byte[100_000];
        try {
            InputStream in = socket.getInputStream();
            for (int position = 0; position < size; position += expected.length) {
                random.nextBytes(expected);
                int length = Math.min(expected.length, size - position);
                byte[] got = in.readNBytes(length);
                for (int i = 0; i < length; i++) {
                    if (i >= got.length || got[i] != expected[i]) {
                        return position + i;
                    }
                }
            }
            return in.read() < 0 ? -1 : size;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
