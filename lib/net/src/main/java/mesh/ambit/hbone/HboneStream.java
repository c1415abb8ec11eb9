package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * An established byte stream inside a tunnel. Both halves end by themselves, as with TCP.
 *
 * <h2>Threads</h2>
 * All methods are called, and all callbacks come, on {@link #eventLoop()}.
 *
 * <h2>Flow control</h2>
 * Whoever takes bytes owes their credit: {@link #consumed} once they have gone on to the application, or the peer
 * stops sending. Bytes given to {@link #write} are always taken; ask {@link #isWritable()} before reading more of them.
 */
public interface HboneStream {
    /** How many bytes in front of a written buffer's reader index let the stream send it without a further buffer. */
    int HEADROOM_BYTES = 9;

    /** Returns the loop that the stream lives on. */
    EventLoop eventLoop();

    /**
     * Returns the other side's fields: of the 200 for a client, of the request for a server. None from {@link #receive} on:
     * a connection may last for days, and they are not kept for it.
     */
    HeaderFields headers();

    /** Returns the verified identity at the tunnel's other end, or null if none of its names parsed. */
    @Nullable
    SpiffeId peer();

    /** Returns the tunnel's local address. */
    InetSocketAddress localAddress();

    /** Returns the tunnel's far address. */
    InetSocketAddress peerAddress();

    /** Starts delivery to {@code receiver}; what came earlier is delivered before the call returns. Once only. */
    void receive(Receiver receiver);

    /**
     * Takes {@code data} to be sent; ownership passes. Dropped if the stream cannot send any more. With
     * {@link #HEADROOM_BYTES} spare bytes before the reader index nothing is copied or added.
     */
    void write(ByteBuf data);

    /** Sends what was written, at the latest at the end of this turn of the event loop. */
    void flush();

    /** Says whether more bytes are welcome: nothing waits for credit and the tunnel is not congested. */
    boolean isWritable();

    /** Returns how many bytes of what was written still wait for credit, or waited when the stream broke. */
    int unsentBytes();

    /** Ends our half after everything that was written (END_STREAM). Flushes. No effect if it has ended. */
    void shutdownOutput();

    /** Ends both halves at once (RST_STREAM). No callback follows. No effect if the stream is over. */
    void reset(Http2Error code);

    /** Returns credit for {@code bytes} delivered earlier. */
    void consumed(int bytes);

    /** Takes what comes from the peer. After {@link #onReset} or {@link #onLost} nothing more comes. */
    interface Receiver {
        /** Takes bytes and their ownership. */
        void onData(ByteBuf data);

        /** Learns that no more bytes come in this turn: a good moment to flush them on. */
        void onDataComplete();

        /** The peer's half has ended in good order. Our half goes on. */
        void onEndOfInput();

        /** Everything written and END_STREAM after it have been handed to the tunnel: the answer to a shutdown. */
        void onOutputEnded();

        /** {@link HboneStream#isWritable()} has become true again, after it was asked and said no. */
        void onWritable();

        /**
         * The peer reset the stream: both halves are over.
         *
         * @param code RFC 9113 error code as received
         */
        void onReset(long code);

        /**
         * The tunnel is gone, and the stream with it.
         *
         * @param owed whether bytes were waiting to be sent
         */
        void onLost(TunnelFailure failure, boolean owed);
    }
}
