package mesh.ambit.hbone;

import mesh.ambit.tls.PeerRefusal;
import mesh.ambit.tls.PeerRefusedException;

/** Sorts the ways in which TLS can fail. */
final class HandshakeFailures {
    private HandshakeFailures() {}

    /** Returns the failure as the accepting side tells it. */
    static TunnelFailure ofServer(Throwable cause) {
        return of(cause, "tls handshake error: ");
    }

    /** Returns the failure as the connecting side tells it: there it is an I/O error among others. */
    static TunnelFailure ofClient(Throwable cause) {
        return of(cause, "io error: ");
    }

    private static TunnelFailure of(Throwable cause, String prefix) {
        PeerRefusedException refused = PeerRefusedException.in(cause);
        if (refused != null) {
            return new TunnelFailure.PeerRefused(refused.refusal(), prefix + refused.getMessage());
        }
        if (showsNoCertificate(cause)) {
            return new TunnelFailure.PeerRefused(PeerRefusal.NO_CERTIFICATE, prefix + "peer sent no certificates");
        }
        return new TunnelFailure.HandshakeFailed(prefix + FailureText.of(cause));
    }

    /** The libraries notice this by themselves, each in its own words. */
    private static boolean showsNoCertificate(Throwable cause) {
        for (Throwable current = cause; current != null; current = current.getCause()) {
            String message = String.valueOf(current.getMessage());
            if (message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
                    || message.contains("Empty client certificate chain")) {
                return true;
            }
        }
        return false;
    }
}
