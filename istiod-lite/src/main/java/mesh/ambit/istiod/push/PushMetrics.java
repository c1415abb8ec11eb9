package mesh.ambit.istiod.push;

/** What the xDS server counts; the program connects it with its registry. Thread-safe. */
public interface PushMetrics {
    /** Counts nothing. */
    PushMetrics NONE = new PushMetrics() {};

    /** A stream of a client of this version was opened, or ended; the version is its own word. */
    default void connected(String version, boolean open) {}

    /**
     * A response went out.
     *
     * @param type short name of the type
     * @param typeUrl its long name
     * @param bytes length of the response
     * @param nanos how long it took to put together and hand to the transport
     */
    default void pushed(String type, String typeUrl, long bytes, long nanos) {}

    /** A request of {@code bytes} came. */
    default void received(int bytes) {}

    /** A changed mesh waited so long for a client's turn. */
    default void queued(long nanos) {}

    /** A client was sent everything that it lacked, so long after the first change of it. */
    default void converged(long nanos) {}

    /** So many objects changed, of one sort in the reference's words, such as {@code config} or {@code svc}. */
    default void heard(String type, long objects) {}

    /** A push begins, for which so many objects are the reason, in the reference's words. */
    default void triggered(String reason, long objects) {}

    /** What follows from changes was found in so long. */
    default void computed(long nanos) {}

    /** A changed mesh was handed out, so long after the first change of it was heard of. */
    default void published(long nanos) {}

    /** A client refused a response. */
    default void rejected(String type) {}

    /** A client answered a response that was no longer the last. */
    default void expiredNonce(String type) {}

    /** A stream was cut because its client took nothing for too long. */
    default void writeTimeout() {}

    /** A stream ended by a fault of ours. */
    default void internalError() {}
}
