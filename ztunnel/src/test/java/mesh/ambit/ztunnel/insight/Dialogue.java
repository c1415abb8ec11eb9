package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mesh.ambit.telemetry.RequestMetrics.Request;

/** What two ends say to each other, played to an {@link HttpInsight} in pieces. */
final class Dialogue {
    private static final class Turn {
        private final boolean fromClient;
        private final byte[] bytes;

        Turn(boolean fromClient, byte[] bytes) {
            this.fromClient = fromClient;
            this.bytes = bytes;
        }

        boolean fromClient() {
            return fromClient;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    final List<Request> finished = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private long nanos;

    Dialogue client(String text) {
        return client(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Dialogue server(String text) {
        return server(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Dialogue client(byte[] bytes) {
        turns.add(new Turn(true, bytes));
        return this;
    }

    Dialogue server(byte[] bytes) {
        turns.add(new Turn(false, bytes));
        return this;
    }

    /** Plays each turn whole; a millisecond passes before each. Returns whether it was understood to the end. */
    boolean play() {
        HttpInsight insight = insight();
        boolean understood = true;
        for (Turn turn : turns) {
            nanos += 1_000_000;
            understood &= give(insight, turn.fromClient(), turn.bytes());
        }
        insight.end();
        return understood;
    }

    /** Plays each turn in pieces of at most {@code largest} bytes; the first one keeps {@code whole} bytes together. */
    boolean playInPieces(Random random, int largest, int whole) {
        HttpInsight insight = insight();
        boolean understood = true;
        int together = whole;
        for (Turn turn : turns) {
            nanos += 1_000_000;
            for (int at = 0; at < turn.bytes().length; ) {
                int piece = Math.min(turn.bytes().length - at, Math.max(together, 1 + random.nextInt(largest)));
                together = 0;
                byte[] bytes = new byte[piece];
                System.arraycopy(turn.bytes(), at, bytes, 0, piece);
                understood &= give(insight, turn.fromClient(), bytes);
                at += piece;
            }
        }
        insight.end();
        return understood;
    }

    private HttpInsight insight() {
        finished.clear();
        nanos = 0;
        return new HttpInsight(() -> nanos, finished::add);
    }

    private static boolean give(HttpInsight insight, boolean fromClient, byte[] bytes) {
        // Bytes in front and behind that are none of its business.
        ByteBuf data = Unpooled.buffer(bytes.length + 8).writeInt(0x0A0A0A0A);
        data.readerIndex(4).writeBytes(bytes);
        boolean understood = insight.onData(fromClient, data);
        if (data.readerIndex() != 4 || data.readableBytes() != bytes.length || data.refCnt() != 1) {
            throw new AssertionError("the bytes were touched");
        }
        return understood;
    }
}
