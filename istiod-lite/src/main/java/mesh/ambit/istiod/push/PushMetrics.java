package mesh.ambit.istiod.push;

/** What the xDS server counts; the program connects it with its registry. */
public interface PushMetrics {
    /** Counts nothing. */
    PushMetrics NONE = new PushMetrics() {
        @Override
        public void connected(int streams) {}

        @Override
        public void pushed(String type, int bytes) {}

        @Override
        public void rejected(String type) {}

        @Override
        public void expiredNonce() {}

        @Override
        public void internalError() {}
    };

    /** So many streams are open now. */
    void connected(int streams);

    /** A response went out. */
    void pushed(String type, int bytes);

    /** A client refused a response. */
    void rejected(String type);

    /** A client answered a response that was no longer the last. */
    void expiredNonce();

    /** A stream ended by a fault of ours. */
    void internalError();
}
