package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.Loops;
import mesh.ambit.hbone.TunnelFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that answer and then break their streams: the application gets what was sent before, and an orderly end. */
class BrokenStreamIT {
    private static final RelayEnd BROKEN =
            new RelayEnd.Failed("while closing connection: send: io error: stream reset by peer: INTERNAL_ERROR");

    private final RelayLab lab = new RelayLab();

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void whatCameBeforeTheResetIsDelivered() throws Exception {
        answerAndReset(Http2Error.INTERNAL_ERROR);
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL)) {
            assertThat(readAll(client)).isEqualTo("answer");
        }
        Loops.await("relay over", () -> lab.ends().equals(List.of(BROKEN)));
    }

    @Test
    void bytesForABrokenStreamEndIt() throws Exception {
        answerAndReset(Http2Error.INTERNAL_ERROR);
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL)) {
            assertThat(readAll(client)).isEqualTo("answer");
            client.getOutputStream().write('x');

            Loops.await("relay over", () -> lab.ends().equals(List.of(BROKEN)));
        }
    }

    @Test
    void resetAfterOurEndIsAFaultOfTheAnswer() throws Exception {
        lab.serveStreams(stream -> stream.receive(new ResetAtTheEnd(stream)));
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL)) {
            client.shutdownOutput();
            assertThat(readAll(client)).isEmpty();
        }
        Loops.await("relay over", () -> !lab.ends().isEmpty());
        assertThat(lab.ends())
                .containsExactly(new RelayEnd.Failed("receive: io error: stream reset by peer: INTERNAL_ERROR"));
    }

    private void answerAndReset(Http2Error code) {
        lab.serveStreams(stream -> {
            stream.write(ByteBufUtil.writeAscii(UnpooledByteBufAllocator.DEFAULT, "answer"));
            stream.reset(code);
        });
    }

    private record ResetAtTheEnd(HboneStream stream) implements HboneStream.Receiver {
        @Override
        public void onData(ByteBuf data) {
            data.release();
        }

        @Override
        public void onDataComplete() {}

        @Override
        public void onEndOfInput() {
            stream.reset(Http2Error.INTERNAL_ERROR);
        }

        @Override
        public void onOutputEnded() {}

        @Override
        public void onWritable() {}

        @Override
        public void onReset(long code) {}

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {}
    }

    private static String readAll(Socket socket) throws Exception {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
