package mesh.ambit.istiod.issuer;

import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whom our port believes: client certificates under the trust bundle as it is at each handshake. */
public final class ClientTrust {
    private final AdvancedTlsX509TrustManager manager;

    /** Creates one that trusts {@code trust}. */
    public ClientTrust(Trust trust) {
        try {
            // A client's address is no part of its certificate; its identity is read and judged later.
            manager = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot verify certificates", e);
        }
        update(trust);
    }

    /** Trusts {@code trust} from the next handshake on. */
    public void update(Trust trust) {
        try {
            manager.updateTrustCredentials(trust.array());
        } catch (IOException | GeneralSecurityException e) {
            throw new IssuerException("new roots not taken for client certificates: " + e.getMessage(), e);
        }
    }

    /** Returns the judge of client certificates for the TLS of the port. */
    public X509ExtendedTrustManager manager() {
        return manager;
    }
}
