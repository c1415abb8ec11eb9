package mesh.ambit.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * Judges a peer's chain: a path to the SVID's own trust bundle, each certificate on it within its validity and usable in
 * the peer's role if it names any, none of them revoked, and then the names. Host names play no part.
 *
 * <p>Throws {@link PeerRefusedException}, wrapped so that BoringSSL sends the alert that belongs to the refusal. What was
 * verified is left in the handshake's session, see {@link VerifiedPeer}.
 */
final class PeerVerifier extends X509ExtendedTrustManager {
    private final Svid svid;
    private final PathFinder.Role role;
    private final @Nullable ExpectedSans expected;
    private final InstantSource clock;
    private final TlsProvider provider;
    private final Revocations revocations;

    private PeerVerifier(
            Svid svid,
            @Nullable ExpectedSans expected,
            InstantSource clock,
            TlsProvider provider,
            Revocations revocations) {
        this.svid = svid;
        this.role = expected == null ? PathFinder.Role.CLIENT : PathFinder.Role.SERVER;
        this.expected = expected;
        this.clock = clock;
        this.provider = provider;
        this.revocations = revocations;
    }

    /** Returns the verifier of a server: any client of the SVID's trust domain. */
    static PeerVerifier ofClients(Svid svid, InstantSource clock, TlsProvider provider, Revocations revocations) {
        return new PeerVerifier(svid, null, clock, provider, revocations);
    }

    /** Returns the verifier of a client: the servers in {@code expected}. */
    static PeerVerifier ofServers(
            Svid svid, ExpectedSans expected, InstantSource clock, TlsProvider provider, Revocations revocations) {
        return new PeerVerifier(svid, expected, clock, provider, revocations);
    }

    /** Checks as the handshake does; throws with the reason. */
    VerifiedPath verify(X509Certificate[] chain) throws PeerRefusedException {
        if (chain.length == 0) {
            throw new PeerRefusedException(PeerRefusal.NO_CERTIFICATE, "no certificate", null);
        }
        VerifiedPath path = path(chain, clock.instant());
        revocations.check(path, role);
        checkNames(path.uris());
        return path;
    }

    private VerifiedPath path(X509Certificate[] chain, Instant now) throws PeerRefusedException {
        PathCache.Key key;
        try {
            key = PathCache.Key.of(role, chain);
        } catch (CertificateEncodingException e) {
            throw new PeerRefusedException(PeerRefusal.MALFORMED, "BadEncoding", e);
        }
        VerifiedPath known = svid.paths.find(key);
        if (known != null && known.isValidAt(now)) {
            return known;
        }
        try {
            VerifiedPath found = svid.finder().find(role, chain, now);
            svid.paths.keep(key, found);
            return found;
        } catch (IllegalStateException | IllegalArgumentException e) {
            // Certificates are read when they are first looked into: this one is none.
            throw new PeerRefusedException(PeerRefusal.MALFORMED, "BadEncoding", e);
        }
    }

    private void checkNames(List<String> names) throws PeerRefusedException {
        if (expected != null) {
            if (!expected.matches(names)) {
                throw new PeerRefusedException(
                        PeerRefusal.UNEXPECTED_IDENTITY,
                        "Other(OtherError(identity verification error: peer did not present the expected SAN ("
                                + String.join(",", expected.uris()) + "), got " + String.join(",", names) + "))",
                        null);
            }
            return;
        }
        String trustDomain = svid.identity().trustDomain();
        boolean anyIdentity = false;
        for (String name : names) {
            SpiffeId identity = SpiffeId.tryParse(name);
            if (identity != null && identity.trustDomain().equals(trustDomain)) {
                return;
            }
            anyIdentity |= identity != null;
        }
        throw new PeerRefusedException(
                anyIdentity ? PeerRefusal.TRUST_DOMAIN : PeerRefusal.NO_IDENTITY,
                "Other(OtherError(identity verification error: peer did not present the expected trustdomain ("
                        + trustDomain + "), got " + String.join(",", names) + "))",
                null);
    }

    private void verifyForHandshake(X509Certificate[] chain, @Nullable SSLEngine engine) throws CertificateException {
        try {
            VerifiedPath path = verify(chain);
            if (engine != null) {
                new VerifiedPeer(path, role, revocations).keepIn(engine.getHandshakeSession());
            }
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
            case BAD_SIGNATURE -> CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE;
            case EXPIRED, NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
            case KEY_USAGE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            // The only one left that BoringSSL answers with certificate_unknown.
            case NO_CERTIFICATE, NO_IDENTITY, TRUST_DOMAIN, UNEXPECTED_IDENTITY, MALFORMED ->
                CertificateVerifier.X509_V_ERR_CRL_PATH_VALIDATION_ERROR;
        };
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifyForHandshake(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifyForHandshake(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifyForHandshake(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifyForHandshake(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new UnsupportedOperationException("sockets are not used");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new UnsupportedOperationException("sockets are not used");
    }

    /** The roots whose names a server sends with its certificate request, as the reference does: a hint, no more. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return role == PathFinder.Role.CLIENT ? svid.roots().toArray(new X509Certificate[0]) : new X509Certificate[0];
    }
}
