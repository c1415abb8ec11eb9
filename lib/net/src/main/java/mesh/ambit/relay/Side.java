package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;

/** One end of a relay. Reports what happens to its {@link Relay}; everything on the event loop. */
abstract sealed class Side permits SocketSide, StreamSide {
    final Relay relay;

    /** No more bytes come from here. */
    boolean inputEnded;

    /** The end of our bytes has been handed to the peer. */
    boolean outputEnded;

    /** Nothing can be given to the peer any more. */
    boolean dead;

    Side(Relay relay) {
        this.relay = relay;
    }

    /** Starts reporting, with whatever came early. */
    abstract void start();

    /** Takes bytes and their ownership. */
    abstract void write(ByteBuf data);

    /** Sends what was written. */
    abstract void flush();

    /** Says whether more bytes are welcome; if not, {@link Relay#onWritable} follows. */
    abstract boolean isWritable();

    /** Returns how many bytes of what was written have not left, those included that never will. */
    abstract int unsentBytes();

    /** Asks for more bytes. */
    abstract void read();

    /** {@code bytes} that came from here have gone on, or are dropped. */
    abstract void consumed(int bytes);

    /** Ends our half after everything written; {@link Relay#onOutputEnded} follows. */
    abstract void shutdownOutput();

    /** Lets go of the peer, whatever state it is in. */
    abstract void close();

    /** Lets go of the peer because of {@code reason}. */
    abstract void cut(CutReason reason);
}
