package mesh.ambit.hbone;

import io.netty.channel.EventLoop;

/**
 * A request and its answer, due exactly once: {@link #accept}, {@link #refuse} or {@link #abandon}. All methods are
 * called on {@link #eventLoop()}. Bytes that the peer sends before the answer wait, bounded by the stream's window.
 */
public interface ConnectExchange {
    /** Returns what the peer asks; to be asked before there is an answer, from which on it is not kept. */
    ConnectRequest request();

    /** Returns the loop that the tunnel lives on; connect the application's socket there too. */
    EventLoop eventLoop();

    /**
     * Answers 200 with {@code headers} and returns the stream. If the peer has gone in the meantime the stream is
     * already over and tells its receiver so.
     */
    HboneStream accept(HeaderFields headers);

    /** Answers {@code status} without a body and ends the stream. */
    void refuse(int status);

    /** Ends the stream without an answer (RST_STREAM CANCEL). */
    void abandon();

    /** Says whether the peer still waits for an answer. */
    boolean isOpen();

    /** Calls {@code action} when the peer goes before the answer; at once if it has. */
    void whenAbandoned(Runnable action);
}
