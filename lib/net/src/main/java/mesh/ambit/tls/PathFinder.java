package mesh.ambit.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the way from a peer's leaf to one of our roots (RFC 5280, by the JDK's PKIX), and says why there is none.
 *
 * <p>The leaf is looked at first: its time, that it is no CA, and its usages. Every certificate on the way must allow the
 * peer's role if it names any; what the peer sent besides is not looked at. Thread-safe.
 */
final class PathFinder {
    /** What the peer is. */
    enum Role {
        CLIENT("1.3.6.1.5.5.7.3.2"),
        SERVER("1.3.6.1.5.5.7.3.1");

        private final String usage;

        Role(String usage) {
            this.usage = usage;
        }
    }

    /** A mesh's chains have two or three; more would make the search for a path a burden. */
    private static final int MAX_CHAIN = 10;

    private final List<X509Certificate> roots;
    private final Set<TrustAnchor> anchors = new HashSet<>();

    PathFinder(List<X509Certificate> roots) {
        this.roots = roots;
        for (X509Certificate root : roots) {
            anchors.add(new TrustAnchor(root, null));
        }
    }

    /** Returns the path of {@code chain}, leaf first, at {@code now}. */
    VerifiedPath find(Role role, X509Certificate[] chain, Instant now) throws PeerRefusedException {
        if (chain.length > MAX_CHAIN) {
            throw new PeerRefusedException(
                    PeerRefusal.MALFORMED, chain.length + " certificates (expected: at most " + MAX_CHAIN + ")", null);
        }
        X509Certificate leaf = chain[0];
        checkTime(leaf, now);
        if (leaf.getBasicConstraints() >= 0) {
            throw new PeerRefusedException(PeerRefusal.MALFORMED, "Other(OtherError(CaUsedAsEndEntity))", null);
        }
        checkUsage(leaf, role);
        PKIXCertPathBuilderResult result;
        try {
            result = build(chain, now);
        } catch (GeneralSecurityException e) {
            throw whyNot(chain, now, e);
        }
        List<X509Certificate> path = new ArrayList<>();
        for (Certificate certificate : result.getCertPath().getCertificates()) {
            path.add((X509Certificate) certificate);
        }
        if (path.isEmpty()) {
            // The leaf is a root of ours: those vouch, they are not vouched for.
            throw new PeerRefusedException(PeerRefusal.UNKNOWN_CA, "UnknownIssuer", null);
        }
        for (X509Certificate issuer : path.subList(1, path.size())) {
            checkUsage(issuer, role);
        }
        return VerifiedPath.of(path, result.getTrustAnchor());
    }

    private PKIXCertPathBuilderResult build(X509Certificate[] chain, Instant now) throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(chain[0]);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        // Revocation is ours to judge, by lists that the JDK would have to be given and would hold to their expiry.
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(now));
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
        return (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
    }

    static void checkTime(X509Certificate certificate, Instant now) throws PeerRefusedException {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        long seconds = now.getEpochSecond();
        if (now.isAfter(end)) {
            throw new PeerRefusedException(
                    PeerRefusal.EXPIRED,
                    "certificate expired: verification time " + seconds + " (UNIX), but certificate is not valid after "
                            + end.getEpochSecond() + " (" + (seconds - end.getEpochSecond()) + " seconds ago)",
                    null);
        }
        if (now.isBefore(begin)) {
            throw new PeerRefusedException(
                    PeerRefusal.NOT_YET_VALID,
                    "certificate not valid yet: verification time " + seconds
                            + " (UNIX), but certificate is not valid before " + begin.getEpochSecond() + " ("
                            + (begin.getEpochSecond() - seconds) + " seconds in future)",
                    null);
        }
    }

    private static void checkUsage(X509Certificate certificate, Role role) throws PeerRefusedException {
        List<String> usages;
        try {
            usages = certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw new PeerRefusedException(PeerRefusal.MALFORMED, "BadEncoding", e);
        }
        if (usages != null && !usages.contains(role.usage)) {
            throw new PeerRefusedException(
                    PeerRefusal.KEY_USAGE,
                    "InvalidPurpose: allows " + usages + " (expected: " + role.usage + ")",
                    null);
        }
    }

    /** Says what is wrong with a chain that has no path, as precisely as upstream's verifier does. */
    private PeerRefusedException whyNot(X509Certificate[] chain, Instant now, GeneralSecurityException failure)
            throws PeerRefusedException {
        for (X509Certificate certificate : chain) {
            checkTime(certificate, now);
        }
        List<X509Certificate> issuers = new ArrayList<>(roots);
        issuers.addAll(Arrays.asList(chain).subList(1, chain.length));
        boolean reachesRoot = false;
        for (X509Certificate certificate : chain) {
            for (X509Certificate issuer : issuers) {
                if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                    continue;
                }
                reachesRoot |= roots.contains(issuer);
                try {
                    certificate.verify(issuer.getPublicKey());
                } catch (GeneralSecurityException e) {
                    return new PeerRefusedException(PeerRefusal.BAD_SIGNATURE, "BadSignature", e);
                }
            }
        }
        if (!reachesRoot) {
            return new PeerRefusedException(PeerRefusal.UNKNOWN_CA, "UnknownIssuer", failure);
        }
        return new PeerRefusedException(PeerRefusal.MALFORMED, String.valueOf(failure.getMessage()), failure);
    }
}
