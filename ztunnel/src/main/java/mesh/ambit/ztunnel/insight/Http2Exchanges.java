package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.collection.IntObjectHashMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import mesh.ambit.telemetry.RequestMetrics.Request;
import org.jspecify.annotations.Nullable;

/** HTTP/2 with prior knowledge, and gRPC. HPACK tables are kept as the two ends keep them. */
final class Http2Exchanges implements HttpInsight.Exchanges {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** How many streams may be open. */
    private static final int MAX_UNDER_WAY = 1_000;

    /** A table that an end may ask the other one to keep; larger ones are not followed. */
    private static final long MAX_TABLE_BYTES = 64 * 1024;

    /** How many frames a header block may come in: each is a copy of what came before it. */
    private static final int MAX_BLOCK_FRAMES = 32;

    private static final int HEADER_TABLE_SIZE = 1;
    private static final int SETTING_BYTES = 6;

    private static final class UnderWay {
        final long startedNanos;
        boolean grpc;
        int status;

        @Nullable
        String grpcStatus;

        UnderWay(long startedNanos) {
            this.startedNanos = startedNanos;
        }
    }

    private final LongSupplier nanoTime;
    private final Consumer<Request> finished;
    private final IntObjectHashMap<UnderWay> underWay = new IntObjectHashMap<>();
    private final Direction client = new Direction(PREFACE.length);
    private final Direction server = new Direction(0);

    Http2Exchanges(LongSupplier nanoTime, Consumer<Request> finished) {
        this.nanoTime = nanoTime;
        this.finished = finished;
    }

    /** Says whether {@code data} begins as an HTTP/2 connection does. */
    static boolean isPreface(ByteBuf data) {
        if (data.readableBytes() < PREFACE.length) {
            return false;
        }
        for (int i = 0; i < PREFACE.length; i++) {
            if (data.getByte(data.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void onData(boolean fromClient, ByteBuf data) throws NotUnderstood {
        (fromClient ? client : server).frames.read(data);
    }

    @Override
    public void end() {
        for (UnderWay request : underWay.values()) {
            finish(request);
        }
        underWay.clear();
    }

    private void finish(UnderWay request) {
        finished.accept(new Request(
                request.grpc ? "grpc" : "http",
                request.status,
                request.grpc ? request.grpcStatus : null,
                nanoTime.getAsLong() - request.startedNanos));
    }

    private void finish(int streamId) {
        UnderWay request = underWay.remove(streamId);
        if (request != null) {
            finish(request);
        }
    }

    private void onRequestHeaders(int streamId, Http2Headers headers) throws NotUnderstood {
        if (headers.method() == null || underWay.containsKey(streamId)) {
            // Trailers; the answer may have been complete before them.
            return;
        }
        if (underWay.size() >= MAX_UNDER_WAY) {
            throw new NotUnderstood("too many streams");
        }
        if ("CONNECT".contentEquals(headers.method())) {
            throw new NotUnderstood("tunnel in a stream");
        }
        UnderWay request = new UnderWay(nanoTime.getAsLong());
        request.grpc = text(headers.get("content-type")).toString().startsWith("application/grpc");
        underWay.put(streamId, request);
    }

    private void onResponseHeaders(int streamId, Http2Headers headers) throws NotUnderstood {
        UnderWay request = underWay.get(streamId);
        if (request == null) {
            return;
        }
        CharSequence status = headers.status();
        if (status != null) {
            request.status = status(status);
        }
        CharSequence grpcStatus = headers.get("grpc-status");
        if (grpcStatus != null) {
            request.grpcStatus = grpcStatus(grpcStatus);
        }
    }

    private static CharSequence text(@Nullable CharSequence value) {
        return value == null ? "" : value;
    }

    private static int status(CharSequence text) throws NotUnderstood {
        int status = number(text, 3);
        if (status < 100) {
            throw new NotUnderstood("status");
        }
        // Interim responses say nothing of how it ends.
        return status < 200 ? 0 : status;
    }

    /** Returns a code as it is written, if it is a number: it becomes a label, of which there must be few. */
    private static String grpcStatus(CharSequence text) throws NotUnderstood {
        return String.valueOf(number(text, 2));
    }

    private static int number(CharSequence text, int maxDigits) throws NotUnderstood {
        if (text.isEmpty() || text.length() > maxDigits) {
            throw new NotUnderstood("number");
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new NotUnderstood("number");
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** One direction: its frames, the block under way, and the table that its sender encodes with. */
    private final class Direction implements Http2Frames.Sink {
        private final Http2Frames frames;
        private final DefaultHttp2HeadersDecoder decoder =
                new DefaultHttp2HeadersDecoder(false, Http2Frames.MAX_BLOCK_BYTES);

        /** A table size that this end has asked the other one for, which counts once that one has agreed. */
        private long wantedTable = -1;

        private byte @Nullable [] block;
        private int blockFrames;
        private int blockStream;
        private boolean blockEndsStream;

        Direction(int preface) {
            frames = new Http2Frames(this, preface);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // Two objects, and the question is which.
        public void onFrame(int type, int flags, int streamId, byte[] payload) throws NotUnderstood {
            if (block != null && (type != Http2Frames.CONTINUATION || streamId != blockStream)) {
                throw new NotUnderstood("frame in a header block");
            }
            boolean ends = (flags & Http2Frames.END_STREAM) != 0;
            switch (type) {
                case Http2Frames.DATA -> {
                    if (ends && this == server) {
                        finish(streamId);
                    }
                }
                case Http2Frames.HEADERS -> {
                    blockStream = streamId;
                    blockEndsStream = ends;
                    onFragment(Http2Frames.fragment(flags, payload), flags);
                }
                case Http2Frames.CONTINUATION -> {
                    if (block == null) {
                        throw new NotUnderstood("continuation of nothing");
                    }
                    onFragment(payload, flags);
                }
                case Http2Frames.RST_STREAM -> finish(streamId);
                case Http2Frames.SETTINGS -> onSettings(flags, payload);
                case Http2Frames.PUSH_PROMISE -> throw new NotUnderstood("push");
                default -> {}
            }
        }

        private void onFragment(byte[] fragment, int flags) throws NotUnderstood {
            byte[] joined = fragment;
            if (block != null) {
                joined = Arrays.copyOf(block, block.length + fragment.length);
                System.arraycopy(fragment, 0, joined, block.length, fragment.length);
            }
            blockFrames++;
            if (joined.length > Http2Frames.MAX_BLOCK_BYTES || blockFrames > MAX_BLOCK_FRAMES) {
                throw new NotUnderstood("header block");
            }
            if ((flags & Http2Frames.END_HEADERS) == 0) {
                block = joined;
                return;
            }
            block = null;
            blockFrames = 0;
            onBlock(joined);
        }

        @SuppressWarnings("ReferenceEquality") // As in onFrame.
        private void onBlock(byte[] complete) throws NotUnderstood {
            Http2Headers headers;
            try {
                headers = decoder.decodeHeaders(blockStream, Unpooled.wrappedBuffer(complete));
            } catch (Http2Exception | RuntimeException e) {
                throw new NotUnderstood("header block: " + e.getMessage());
            }
            if (this == client) {
                onRequestHeaders(blockStream, headers);
            } else {
                onResponseHeaders(blockStream, headers);
                if (blockEndsStream) {
                    finish(blockStream);
                }
            }
        }

        @SuppressWarnings("ReferenceEquality") // As in onFrame.
        private void onSettings(int flags, byte[] payload) throws NotUnderstood {
            if ((flags & Http2Frames.ACK) != 0) {
                agree(this == client ? server : client);
                return;
            }
            for (int at = 0; at + SETTING_BYTES <= payload.length; at += SETTING_BYTES) {
                int id = Byte.toUnsignedInt(payload[at]) << 8 | Byte.toUnsignedInt(payload[at + 1]);
                if (id == HEADER_TABLE_SIZE) {
                    wantedTable = Integer.toUnsignedLong(
                            Unpooled.wrappedBuffer(payload).getInt(at + 2));
                }
            }
        }

        /** This end has agreed to what {@code other} wants: from here on its blocks may use a table of that size. */
        private void agree(Direction other) throws NotUnderstood {
            if (other.wantedTable < 0) {
                return;
            }
            if (other.wantedTable > MAX_TABLE_BYTES) {
                throw new NotUnderstood("header table of " + other.wantedTable + " bytes");
            }
            try {
                decoder.configuration().maxHeaderTableSize(other.wantedTable);
            } catch (Http2Exception e) {
                throw new NotUnderstood("header table: " + e.getMessage());
            }
            other.wantedTable = -1;
        }
    }
}
