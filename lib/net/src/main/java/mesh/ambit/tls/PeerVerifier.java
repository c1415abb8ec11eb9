package mesh.ambit.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * Judges a peer's chain: each certificate within its validity, a path to the SVID's own trust bundle, the extended
 * key usage of the peer's role if the leaf has any, and then the names. Host names play no part.
 *
 * <p>Throws {@link PeerRefusedException}, wrapped so that BoringSSL sends the alert that belongs to the refusal.
 */
final class PeerVerifier extends X509ExtendedTrustManager {
    private final X509TrustManager paths;
    private final InstantSource clock;
    private final TlsProvider provider;
    private final String trustDomain;
    private final @Nullable ExpectedSans expected;

    private PeerVerifier(Svid svid, @Nullable ExpectedSans expected, InstantSource clock, TlsProvider provider) {
        this.paths = pathsTo(svid.roots());
        this.trustDomain = svid.identity().trustDomain();
        this.expected = expected;
        this.clock = clock;
        this.provider = provider;
    }

    /** Returns the verifier of a server: any client of the SVID's trust domain. */
    static PeerVerifier ofClients(Svid svid, InstantSource clock, TlsProvider provider) {
        return new PeerVerifier(svid, null, clock, provider);
    }

    /** Returns the verifier of a client: the servers in {@code expected}. */
    static PeerVerifier ofServers(Svid svid, ExpectedSans expected, InstantSource clock, TlsProvider provider) {
        return new PeerVerifier(svid, expected, clock, provider);
    }

    /** Checks as the handshake does; throws with the reason. */
    void verify(X509Certificate[] chain, String authType) throws PeerRefusedException {
        if (chain.length == 0) {
            throw refused(PeerRefusal.NO_CERTIFICATE, "no certificate", null);
        }
        checkValidity(chain);
        checkPath(chain, authType);
        checkNames(SubjectNames.uris(chain[0]));
    }

    private void checkValidity(X509Certificate[] chain) throws PeerRefusedException {
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                throw refused(
                        PeerRefusal.EXPIRED, "certificate expired at " + instant(certificate.getNotAfter()), null);
            }
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                throw refused(
                        PeerRefusal.NOT_YET_VALID,
                        "certificate not valid before " + instant(certificate.getNotBefore()),
                        null);
            }
        }
    }

    private void checkPath(X509Certificate[] chain, String authType) throws PeerRefusedException {
        try {
            if (expected == null) {
                paths.checkClientTrusted(chain, authType);
            } else {
                paths.checkServerTrusted(chain, authType);
            }
        } catch (CertificateException e) {
            throw refused(pathRefusal(e), e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private void checkNames(List<String> names) throws PeerRefusedException {
        if (expected != null) {
            if (!expected.matches(names)) {
                throw refused(
                        PeerRefusal.UNEXPECTED_IDENTITY,
                        "presented " + names + " (expected: " + expected.uris() + ")",
                        null);
            }
            return;
        }
        boolean anyIdentity = false;
        for (String name : names) {
            SpiffeId identity = SpiffeId.tryParse(name);
            if (identity != null && identity.trustDomain().equals(trustDomain)) {
                return;
            }
            anyIdentity |= identity != null;
        }
        throw refused(
                anyIdentity ? PeerRefusal.TRUST_DOMAIN : PeerRefusal.NO_IDENTITY,
                "presented " + names + " (expected: a SPIFFE ID of trust domain " + trustDomain + ")",
                null);
    }

    /** Finds the reason in what the JDK's path validation throws; its usage check gives no cause at all. */
    private static PeerRefusal pathRefusal(CertificateException failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            return PeerRefusal.KEY_USAGE;
        }
        while (cause != null) {
            if (cause instanceof CertPathValidatorException invalid) {
                CertPathValidatorException.Reason reason = invalid.getReason();
                if (reason == CertPathValidatorException.BasicReason.EXPIRED) {
                    return PeerRefusal.EXPIRED;
                }
                if (reason == CertPathValidatorException.BasicReason.NOT_YET_VALID) {
                    return PeerRefusal.NOT_YET_VALID;
                }
                // A bad signature is a root of the right name with another key, as after a CA was made anew.
                boolean unrelated = reason == CertPathValidatorException.BasicReason.UNSPECIFIED
                        || reason == CertPathValidatorException.BasicReason.INVALID_SIGNATURE;
                if (!unrelated) {
                    return PeerRefusal.MALFORMED;
                }
            }
            cause = cause.getCause();
        }
        // No path, or a path with a bad signature: in both cases no root of ours vouches for the peer.
        return PeerRefusal.UNKNOWN_CA;
    }

    private static PeerRefusedException refused(PeerRefusal refusal, String message, @Nullable Throwable cause) {
        return new PeerRefusedException(refusal, "invalid peer certificate: " + message, cause);
    }

    private static Instant instant(Date date) {
        return date.toInstant();
    }

    private void verifyForHandshake(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            verify(chain, authType);
        } catch (PeerRefusedException e) {
            if (provider != TlsProvider.BORINGSSL) {
                throw e;
            }
            throw new OpenSslCertificateException(e.getMessage(), e, boringSslError(e.refusal()));
        }
    }

    /** Maps a refusal to the verification error whose alert is the one that peers of the mesh expect. */
    private static int boringSslError(PeerRefusal refusal) {
        return switch (refusal) {
            case UNKNOWN_CA -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case EXPIRED, NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case KEY_USAGE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            // The only one left that BoringSSL answers with certificate_unknown.
            case NO_CERTIFICATE, NO_IDENTITY, TRUST_DOMAIN, UNEXPECTED_IDENTITY, MALFORMED ->
                CertificateVerifier.X509_V_ERR_CRL_PATH_VALIDATION_ERROR;
        };
    }

    private static X509TrustManager pathsTo(List<X509Certificate> roots) {
        try {
            KeyStore bundle = KeyStore.getInstance(KeyStore.getDefaultType());
            bundle.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                bundle.setCertificateEntry("root-" + i, roots.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(bundle);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager paths) {
                    return paths;
                }
            }
            throw new IllegalStateException("the JDK's PKIX trust manager is missing");
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("trust bundle cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifyForHandshake(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifyForHandshake(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifyForHandshake(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifyForHandshake(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new UnsupportedOperationException("sockets are not used");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new UnsupportedOperationException("sockets are not used");
    }

    /** Names no roots in the certificate request, as upstream: a client shows what it has. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
