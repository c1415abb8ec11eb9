package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.Loops;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes count when they have gone on: those that still wait when a connection breaks have not been carried. */
class CountIT {
    private static final int WINDOW = TunnelSettings.DEFAULT.streamWindowBytes();

    private final RelayLab lab = new RelayLab();

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void whatWaitsForCreditDoesNotCount() throws Exception {
        AtomicReference<HboneStream> opened = new AtomicReference<>();
        lab.serveStreams(stream -> {
            opened.set(stream);
            stream.receive(new Holding());
        });
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL)) {
            keepWriting(client);
            Relay relay = lab.clientRelay();
            Loops.await("the window is used up", () -> relay.sentBytes() >= WINDOW);

            opened.get().eventLoop().execute(() -> opened.get().reset(Http2Error.CANCEL));
            Loops.await("relay over", () -> !lab.ends().isEmpty());
            assertThat(relay.sentBytes()).isEqualTo(WINDOW);
        }
    }

    @Test
    void whatTheApplicationDoesNotTakeDoesNotCount() throws Exception {
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            keepWriting(client);
            Relay near = lab.clientRelay();
            Relay far = lab.serverRelay();

            Loops.await("what fills the window", () -> near.sentBytes() - far.sentBytes() > WINDOW / 2);
            assertThat(server.isConnected()).isTrue();
        }
    }

    /** However slow the machine is: a writer that gave up too soon would never fill a window. */
    private static void keepWriting(Socket socket) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    socket.getOutputStream().write(new byte[64 * 1024]);
                }
            } catch (IOException e) {
                // The test has closed the socket.
            }
        });
    }

    /** Takes bytes and gives no credit for them. */
    private static final class Holding implements HboneStream.Receiver {
        @Override
        public void onData(ByteBuf data) {
            data.release();
        }

        @Override
        public void onDataComplete() {}

        @Override
        public void onEndOfInput() {}

        @Override
        public void onOutputEnded() {}

        @Override
        public void onWritable() {}

        @Override
        public void onReset(long code) {}

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {}
    }
}
