package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;

/**
 * Everything that a tunnel sends but DATA, which goes out by windows. What answers a frame of the peer's is flushed when
 * all of them have been read; the rest at the end of this turn of the event loop, unless it says otherwise.
 */
final class ControlFrames {
    private final ChannelHandlerContext ctx;
    private final TunnelOutput out;
    private final PeerSettings peer;
    private final ResetStreams resets = new ResetStreams();

    ControlFrames(ChannelHandlerContext ctx, TunnelOutput out, PeerSettings peer) {
        this.ctx = ctx;
        this.out = out;
        this.peer = peer;
    }

    /** Sends the client's connection preface, which SETTINGS must follow. Not flushed. */
    void preface() {
        out.write(FrameWriter.preface());
    }

    /** Sends SETTINGS, an identifier before each value. Not flushed. */
    void settings(int... idsAndValues) {
        out.write(FrameWriter.settings(ctx.alloc(), idsAndValues));
    }

    void settingsAck() {
        out.write(FrameWriter.settingsAck(ctx.alloc()));
    }

    /** Sends a PING of ours. Not flushed. */
    void ping(long payload) {
        out.write(FrameWriter.ping(ctx.alloc(), false, payload));
    }

    void pong(long payload) {
        out.write(FrameWriter.ping(ctx.alloc(), true, payload));
    }

    /** Announces credit, of the tunnel for stream 0; nothing if there is none. */
    void credit(int streamId, int bytes) {
        if (bytes > 0) {
            out.write(FrameWriter.windowUpdate(ctx.alloc(), streamId, bytes));
            out.flushSoon();
        }
    }

    void reset(int streamId, Http2Error code) {
        resets.add(streamId);
        out.write(FrameWriter.reset(ctx.alloc(), streamId, code));
        out.flushSoon();
    }

    /** Says whether we have reset this stream, as far back as is remembered. */
    boolean haveReset(int streamId) {
        return resets.contains(streamId);
    }

    /** Announces the end; no text goes with it. */
    void goAway(int lastStreamId, Http2Error code) {
        out.write(FrameWriter.goAway(ctx.alloc(), lastStreamId, code, ""));
        out.flushSoon();
    }

    /** Sends a header block, which is released. */
    void headers(int streamId, ByteBuf block, boolean endStream) {
        try {
            out.write(FrameWriter.headers(ctx.alloc(), streamId, block, endStream, peer.maxFrameBytes()));
        } finally {
            block.release();
        }
        out.flushSoon();
    }
}
