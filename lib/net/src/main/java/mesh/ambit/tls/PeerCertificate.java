package mesh.ambit.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * What a verified peer's certificate says.
 *
 * @param identity the first SPIFFE name that parses, or null if none does
 * @param notBefore when the certificate begins
 * @param notAfter when the certificate ends
 */
public record PeerCertificate(@Nullable SpiffeId identity, Instant notBefore, Instant notAfter) {
    /** Returns what the peer of a finished handshake showed, or null if it showed no certificate. */
    public static @Nullable PeerCertificate of(SSLSession session) {
        VerifiedPeer verified = VerifiedPeer.of(session);
        if (verified != null) {
            return verified.certificate();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf ? of(leaf) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    static PeerCertificate of(X509Certificate leaf) {
        return new PeerCertificate(
                SubjectNames.firstIdentity(leaf),
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant());
    }
}
