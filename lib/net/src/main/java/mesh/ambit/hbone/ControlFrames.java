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

    /** How many frames have been sent since the socket was last seen to take any. */
    private int unread;

    ControlFrames(ChannelHandlerContext ctx, TunnelOutput out, PeerSettings peer) {
        this.ctx = ctx;
        this.out = out;
        this.peer = peer;
    }

    private void write(ByteBuf frame) {
        unread = ctx.channel().isWritable() ? 0 : unread + 1;
        out.write(frame);
    }

    /** Returns how many frames wait behind a peer that does not read; those with DATA do not count, they have windows. */
    int unread() {
        return unread;
    }

    /** Sends the client's connection preface, which SETTINGS must follow. Not flushed. */
    void preface() {
        write(FrameWriter.preface());
    }

    /** Sends SETTINGS, an identifier before each value. Not flushed. */
    void settings(int... idsAndValues) {
        write(FrameWriter.settings(ctx.alloc(), idsAndValues));
    }

    void settingsAck() {
        write(FrameWriter.settingsAck(ctx.alloc()));
    }

    /** Sends a PING of ours. Not flushed. */
    void ping(long payload) {
        write(FrameWriter.ping(ctx.alloc(), false, payload));
    }

    void pong(long payload) {
        write(FrameWriter.ping(ctx.alloc(), true, payload));
    }

    /** Announces credit, of the tunnel for stream 0; nothing if there is none. */
    void credit(int streamId, int bytes) {
        if (bytes > 0) {
            write(FrameWriter.windowUpdate(ctx.alloc(), streamId, bytes));
            out.flushSoon();
        }
    }

    void reset(int streamId, Http2Error code) {
        resets.add(streamId);
        write(FrameWriter.reset(ctx.alloc(), streamId, code));
        out.flushSoon();
    }

    /** Says whether we have reset this stream, as far back as is remembered. */
    boolean haveReset(int streamId) {
        return resets.contains(streamId);
    }

    /** Announces the end; no text goes with it. */
    void goAway(int lastStreamId, Http2Error code) {
        write(FrameWriter.goAway(ctx.alloc(), lastStreamId, code, ""));
        out.flushSoon();
    }

    /** Sends a header block, which is released. */
    void headers(int streamId, ByteBuf block, boolean endStream) {
        try {
            write(FrameWriter.headers(ctx.alloc(), streamId, block, endStream, peer.maxFrameBytes()));
        } finally {
            block.release();
        }
        out.flushSoon();
    }
}
