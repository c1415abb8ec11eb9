package mesh.ambit.hbone;

import io.netty.util.concurrent.Promise;

/** A request for a stream, from the pool's door to its answer. */
final class PendingConnect {
    /** A request may meet a tunnel that is about to go once; a second time something is wrong. */
    private static final int MAX_ATTEMPTS = 2;

    private final TunnelKey key;
    private final SvidSource svids;
    private final String authority;
    private final HeaderFields headers;
    private final Promise<HboneStream> promise;
    private int attempts;
    private int streamId;
    private long sentNanos;

    PendingConnect(
            TunnelKey key, SvidSource svids, String authority, HeaderFields headers, Promise<HboneStream> promise) {
        this.key = key;
        this.svids = svids;
        this.authority = authority;
        this.headers = headers;
        this.promise = promise;
    }

    TunnelKey key() {
        return key;
    }

    SvidSource svids() {
        return svids;
    }

    String authority() {
        return authority;
    }

    HeaderFields headers() {
        return headers;
    }

    Promise<HboneStream> promise() {
        return promise;
    }

    /** Counts one try; false if there have been enough. */
    boolean mayTry() {
        return ++attempts <= MAX_ATTEMPTS;
    }

    /** Says whether another tunnel may be tried after this one. */
    boolean mayTryAgain() {
        return attempts < MAX_ATTEMPTS && !promise.isDone();
    }

    /** Notes on which stream, and when on the loop's ticker, the request left for its tunnel's peer. */
    void sent(int onStream, long nanos) {
        streamId = onStream;
        sentNanos = nanos;
    }

    /** Returns the stream that it was last sent on, 0 if none. */
    int streamId() {
        return streamId;
    }

    long sentNanos() {
        return sentNanos;
    }

    boolean isCancelled() {
        return promise.isCancelled();
    }

    void fail(TunnelFailure failure) {
        promise.tryFailure(new TunnelException(failure));
    }
}
