package mesh.ambit.hbone;

import java.net.InetSocketAddress;
import java.time.Duration;
import mesh.ambit.tls.PeerRefusal;
import org.jspecify.annotations.Nullable;

/** Why there is no stream. The cases are closed, so that a consumer can map each to its flag and status. */
public sealed interface TunnelFailure {
    /** Returns the reason for people, in lower case, naming the object. */
    String text();

    /**
     * Returns what to report of a stream that was open when this happened and that we had not ended ourselves; null if
     * that counts as an orderly end.
     */
    default @Nullable String complaint() {
        return text();
    }

    /** We have no certificate for the source. */
    record NoCertificate(String text) implements TunnelFailure {}

    /** TCP refused, unreachable, or reset before TLS. */
    record ConnectFailed(InetSocketAddress address, String text) implements TunnelFailure {}

    /** TCP did not answer in time: often a NetworkPolicy that blocks the port. */
    record ConnectTimedOut(InetSocketAddress address, Duration after) implements TunnelFailure {
        @Override
        public String text() {
            return "connection timed out, maybe a NetworkPolicy is blocking HBONE port " + address.getPort()
                    + ": deadline has elapsed";
        }
    }

    /** We refused the peer's certificate. */
    record PeerRefused(PeerRefusal refusal, String text) implements TunnelFailure {}

    /** TLS failed in another way during the handshake: cut off, not TLS, a protocol fault. */
    record HandshakeFailed(String text) implements TunnelFailure {}

    /**
     * HTTP/2 failed, or the tunnel died before the answer. A peer that refuses <em>our</em> certificate shows here:
     * with TLS 1.3 its alert comes after our side of the handshake.
     */
    record Http2Failed(String text, @Nullable String complaint) implements TunnelFailure {
        /** A failure that is reported of streams that were open, too, in the same words. */
        public Http2Failed(String text) {
            this(text, text);
        }
    }

    /** The peer's certificate was revoked while the tunnel stood. */
    record PeerRevoked() implements TunnelFailure {
        @Override
        public String text() {
            return "connection closed: peer certificate revoked by CRL";
        }
    }

    /** The peer answered with a status other than 200. */
    record Refused(int status) implements TunnelFailure {
        @Override
        public String text() {
            return "http status: " + HttpReason.of(status);
        }
    }

    /** We closed the tunnel ourselves: drain, or the workload is gone. */
    record Closed(String text) implements TunnelFailure {}
}
