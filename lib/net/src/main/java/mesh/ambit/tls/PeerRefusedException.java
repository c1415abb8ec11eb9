package mesh.ambit.tls;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Says that we refused the peer's certificate, and why. */
public final class PeerRefusedException extends CertificateException {
    private final PeerRefusal refusal;

    PeerRefusedException(PeerRefusal refusal, String message, @Nullable Throwable cause) {
        super("invalid peer certificate: " + message, cause);
        this.refusal = refusal;
    }

    /** Returns the stable reason. */
    public PeerRefusal refusal() {
        return refusal;
    }

    /** Returns the refusal among the causes of a failed handshake, or null if we refused nobody. */
    public static @Nullable PeerRefusedException in(@Nullable Throwable failure) {
        Throwable current = failure;
        for (int depth = 0; current != null && depth < 10; depth++) {
            if (current instanceof PeerRefusedException refused) {
                return refused;
            }
            current = current.getCause();
        }
        return null;
    }
}
