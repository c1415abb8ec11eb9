package mesh.ambit.tls;

import java.security.PublicKey;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A chain that leads to one of our roots. It does so at every moment of its validity; who may use it as what is judged anew
 * each time.
 *
 * @param certificates leaf first, without the root
 * @param anchor the root
 * @param uris the leaf's URI names, in its order
 * @param leaf what the leaf says
 * @param from when all of the certificates are valid
 * @param until the last moment at which all of them are
 */
record VerifiedPath(
        List<X509Certificate> certificates,
        TrustAnchor anchor,
        List<String> uris,
        PeerCertificate leaf,
        Instant from,
        Instant until) {
    static VerifiedPath of(List<X509Certificate> certificates, TrustAnchor anchor) {
        Instant from = Instant.MIN;
        Instant until = Instant.MAX;
        for (X509Certificate certificate : certificates) {
            Instant begin = certificate.getNotBefore().toInstant();
            Instant end = certificate.getNotAfter().toInstant();
            from = begin.isAfter(from) ? begin : from;
            until = end.isBefore(until) ? end : until;
        }
        X509Certificate leaf = certificates.getFirst();
        return new VerifiedPath(
                List.copyOf(certificates), anchor, SubjectNames.uris(leaf), PeerCertificate.of(leaf), from, until);
    }

    boolean isValidAt(Instant now) {
        return !now.isBefore(from) && !now.isAfter(until);
    }

    /** Returns the key that signed the certificate at {@code index}. */
    PublicKey issuerKey(int index) {
        return index + 1 < certificates.size()
                ? certificates.get(index + 1).getPublicKey()
                : anchor.getTrustedCert().getPublicKey();
    }
}
