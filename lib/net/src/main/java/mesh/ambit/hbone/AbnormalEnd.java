package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;
import mesh.ambit.hbone.HboneStream.Receiver;

/** How a stream has ended that we did not end: kept for a receiver, or an answer, that comes later. */
sealed interface AbnormalEnd {
    /** Tells {@code receiver}, for which this is the last. */
    void tell(Receiver receiver);

    /** Returns why a stream that never had an answer is over. */
    TunnelFailure ofUnanswered();

    /**
     * The peer has reset the stream.
     *
     * @param code RFC 9113 error code as received, of 32 bits
     */
    record Reset(long code) implements AbnormalEnd {
        @Override
        public void tell(Receiver receiver) {
            receiver.onReset(code);
        }

        @Override
        public TunnelFailure ofUnanswered() {
            Http2Error known = Http2Error.valueOf(code);
            return new TunnelFailure.Http2Failed(
                    "h2 failed: stream reset before the answer: " + (known == null ? "code " + code : known.name()));
        }
    }

    /**
     * The tunnel is gone.
     *
     * @param owed whether bytes were waiting to be sent
     */
    record Lost(TunnelFailure failure, boolean owed) implements AbnormalEnd {
        @Override
        public void tell(Receiver receiver) {
            receiver.onLost(failure, owed);
        }

        @Override
        public TunnelFailure ofUnanswered() {
            return failure;
        }
    }
}
