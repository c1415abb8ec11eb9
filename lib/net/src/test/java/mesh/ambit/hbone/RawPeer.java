package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The other end of a tunnel in a test: frames as text, time moved by hand, no TLS. */
final class RawPeer {
    static final String SETTINGS = "000000040000000000";
    static final String SETTINGS_ACK = "000000040100000000";

    final EmbeddedChannel channel;
    private final HeaderCodec codec = new HeaderCodec(1024 * 1024);
    private final RecordingSink sink = new RecordingSink();
    private final FrameReader reader;

    /** Connects to {@code tunnel}, which is the server if {@code toServer}. */
    RawPeer(ChannelHandler tunnel, boolean toServer) {
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(tunnel);
        reader = new FrameReader(!toServer, 16 * 1024 * 1024 - 1, 1024 * 1024, channel.alloc(), sink);
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        channel.runPendingTasks();
    }

    void send(ByteBuf frames) {
        if (channel.isOpen()) {
            channel.writeInbound(frames);
        } else {
            frames.release();
        }
        channel.runPendingTasks();
    }

    void sendHex(String hex) {
        send(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    /** Sends the client's preface and empty SETTINGS, and acknowledges those of the server. */
    void sendPreface() {
        sendHastyPreface();
        sendHex(SETTINGS_ACK);
    }

    /** Sends the client's preface and empty SETTINGS; those of the server have not come yet. */
    void sendHastyPreface() {
        send(Unpooled.wrappedBuffer(
                FrameWriter.preface(), Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(SETTINGS))));
    }

    /** Returns HEADERS with {@code fields} in order, pseudo fields included. */
    ByteBuf headers(int streamId, boolean endStream, String... fields) {
        ByteBuf block = Unpooled.buffer();
        for (int i = 0; i < fields.length; i += 2) {
            literal(block, fields[i]);
            string(block, fields[i + 1]);
        }
        return FrameWriter.headers(channel.alloc(), streamId, block, endStream, 16_384);
    }

    ByteBuf connect(int streamId) {
        return headers(streamId, false, ":method", "CONNECT", ":authority", "10.0.0.1:80");
    }

    ByteBuf data(int streamId, int bytes, boolean endStream) {
        ByteBuf header = FrameWriter.dataHeader(channel.alloc(), streamId, endStream, bytes);
        return Unpooled.wrappedBuffer(header, Unpooled.buffer(bytes).writeZero(bytes));
    }

    ByteBuf reset(int streamId, int code) {
        return Unpooled.buffer()
                .writeMedium(4)
                .writeByte(3)
                .writeByte(0)
                .writeInt(streamId)
                .writeInt(code);
    }

    private static void literal(ByteBuf block, String name) {
        block.writeByte(0); // Literal without indexing, new name.
        string(block, name);
    }

    private static void string(ByteBuf block, String text) {
        int length = text.length();
        if (length < 127) {
            block.writeByte(length);
        } else {
            block.writeByte(127);
            length -= 127;
            while (length >= 128) {
                block.writeByte(length % 128 + 128);
                length /= 128;
            }
            block.writeByte(length);
        }
        block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns the frames that have come since the last call. */
    List<String> received() {
        channel.runPendingTasks();
        channel.runScheduledPendingTasks();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            try {
                reader.read(out);
            } catch (ProtocolViolation e) {
                throw new AssertionError("tunnel sent nonsense", e);
            } finally {
                out.release();
            }
        }
        return sink.take();
    }

    /** Returns the frames that have come, header blocks decoded to their fields. */
    List<String> receivedDecoded() {
        List<String> decoded = new ArrayList<>();
        for (String frame : received()) {
            decoded.add(frame.startsWith("HEADERS") ? decode(frame) : frame);
        }
        return decoded;
    }

    private String decode(String frame) {
        String[] parts = frame.split(" ", -1);
        ByteBuf block = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(parts[2]));
        try {
            if (codec.decode(Integer.parseInt(parts[1]), block) instanceof HeaderCodec.Decoded.Fields fields) {
                StringBuilder text = new StringBuilder("HEADERS " + parts[1]);
                fields.headers()
                        .forEach(entry -> text.append(' ')
                                .append(entry.getKey())
                                .append('=')
                                .append(entry.getValue()));
                return text + (frame.endsWith(" END") ? " END" : "");
            }
        } catch (ProtocolViolation e) {
            throw new AssertionError("tunnel sent a broken block", e);
        }
        throw new AssertionError("tunnel sent a broken list: " + frame);
    }

    /** Lets {@code seconds} pass. */
    void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    void close() {
        received();
        reader.close();
        channel.finishAndReleaseAll();
    }
}
