package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;

/**
 * The sending side of a tunnel: DATA within both windows, streams that wait for room in a queue, flushes gathered over
 * a turn of the event loop.
 *
 * <p>The queue is served from its head and refilled at its tail, so that a bulk stream cannot starve the others.
 */
final class TunnelOutput {
    /** Flush at the latest after this much: one large read. Later flushes would only lengthen the queue. */
    private static final int FLUSH_BYTES = GrowingReads.PACKETS_BYTES;

    /** Header and payload that fill a TLS record exactly, for peers that insist on the smallest frames. */
    private static final int RECORD_BYTES = 16 * 1024;

    final SendWindow window = new SendWindow(Frames.DEFAULT_WINDOW_BYTES);
    private final ChannelHandlerContext ctx;
    private final PeerSettings peer;
    private final ArrayDeque<TunnelStream> waiting = new ArrayDeque<>();
    private final Runnable scheduledFlush = this::runScheduledFlush;
    private int unflushedBytes;
    private boolean flushScheduled;
    private boolean resuming;

    TunnelOutput(ChannelHandlerContext ctx, PeerSettings peer) {
        this.ctx = ctx;
        this.peer = peer;
    }

    /** Takes one frame, or what belongs together; ownership passes. */
    void write(ByteBuf frame) {
        unflushedBytes += frame.readableBytes();
        ctx.write(frame, ctx.voidPromise());
    }

    /** Says whether the tunnel could take another read's worth: window open, socket not congested. */
    boolean hasRoom() {
        return window.available() > 0 && ctx.channel().isWritable();
    }

    /** Sends as much of {@code stream}'s bytes as the windows allow, and its END_STREAM when nothing is left. */
    void transmit(TunnelStream stream) {
        for (ByteBuf head = stream.firstUnsent(); head != null; head = stream.firstUnsent()) {
            int bytes = Math.min(head.readableBytes(), maxPayload());
            bytes = Math.min(bytes, Math.min(stream.sendWindow.available(), window.available()));
            if (bytes == 0) {
                waitToWrite(stream);
                return;
            }
            stream.sendWindow.spend(bytes);
            window.spend(bytes);
            if (bytes < head.readableBytes()) {
                write(FrameWriter.dataHeader(ctx.alloc(), stream.id(), false, bytes));
                write(head.readRetainedSlice(bytes));
                continue;
            }
            stream.removeFirstUnsent();
            writeWhole(stream.id(), head);
        }
        if (stream.owesEnd()) {
            write(FrameWriter.dataHeader(ctx.alloc(), stream.id(), true, 0));
            stream.outputEnded();
        }
    }

    private void writeWhole(int streamId, ByteBuf payload) {
        // A second reference means that a slice of this buffer, perhaps of the bytes in front, is still on its way.
        if (payload.readerIndex() >= Frames.HEADER_BYTES && payload.refCnt() == 1 && !payload.isReadOnly()) {
            write(FrameWriter.prependDataHeader(payload, streamId));
        } else {
            write(FrameWriter.dataHeader(ctx.alloc(), streamId, false, payload.readableBytes()));
            write(payload);
        }
    }

    private int maxPayload() {
        int limit = peer.maxFrameBytes();
        return limit <= RECORD_BYTES ? RECORD_BYTES - Frames.HEADER_BYTES : limit;
    }

    /** Returns how many streams wait for room. */
    int waiting() {
        return waiting.size();
    }

    void waitToWrite(TunnelStream stream) {
        if (!stream.waitsToWrite) {
            stream.waitsToWrite = true;
            waiting.add(stream);
        }
    }

    /** {@code stream} is over and waits for nothing: a peer that gives no window must not make us keep it. */
    void forget(TunnelStream stream) {
        if (stream.waitsToWrite) {
            stream.waitsToWrite = false;
            waiting.remove(stream);
        }
    }

    /** Serves those who wait, in turn, while there is room. */
    void resume() {
        if (resuming) {
            return;
        }
        resuming = true;
        try {
            for (int left = waiting.size(); left > 0 && hasRoom(); left--) {
                TunnelStream stream = waiting.poll();
                if (stream == null) {
                    break; // One that was served has ended others.
                }
                stream.waitsToWrite = false;
                serve(stream);
            }
        } finally {
            resuming = false;
        }
        if (unflushedBytes > 0) {
            flushSoon();
        }
    }

    /** Serves {@code stream} alone: its own window has opened. */
    void resume(TunnelStream stream) {
        if (stream.waitsToWrite && hasRoom()) {
            waiting.remove(stream);
            stream.waitsToWrite = false;
            serve(stream);
            flushSoon();
        }
    }

    private void serve(TunnelStream stream) {
        transmit(stream);
        if (stream.isOver() || stream.waitsToWrite) {
            return;
        }
        if (stream.canWrite()) {
            stream.notifyWritable();
        } else {
            waitToWrite(stream);
        }
    }

    /** Flushes at the end of this turn of the event loop, or now if much has gathered. */
    void flushSoon() {
        if (unflushedBytes >= FLUSH_BYTES) {
            flush();
        } else if (!flushScheduled) {
            flushScheduled = true;
            ctx.channel().eventLoop().execute(scheduledFlush);
        }
    }

    void flush() {
        if (unflushedBytes > 0) {
            unflushedBytes = 0;
            ctx.flush();
        }
    }

    private void runScheduledFlush() {
        flushScheduled = false;
        flush();
    }
}
