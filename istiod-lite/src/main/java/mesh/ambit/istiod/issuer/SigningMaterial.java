package mesh.ambit.istiod.issuer;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * Everything that certificates are signed with, of one moment. Immutable; one that exists was verified.
 *
 * @param key the private key
 * @param certificate of that key, allowed to sign
 * @param chain what is handed out after a leaf, in that order; empty where the signer is a root
 * @param trust what is handed out as trusted
 * @param origin where it came from, for messages
 */
record SigningMaterial(
        PrivateKey key, X509Certificate certificate, List<X509Certificate> chain, Trust trust, String origin) {
    /** Bits of KeyUsage by their place (RFC 5280 4.2.1.3). */
    private static final int KEY_CERT_SIGN = 5;

    SigningMaterial {
        requireNonNull(key, "key");
        chain = List.copyOf(chain);
    }

    /**
     * Returns the material if it can be used at {@code now}: the key is the certificate's, the certificate may sign and
     * leads to one of the roots over what is handed out, and every certificate of the chain has its revocation list if
     * there are any (a client that checks revocation refuses the rest).
     *
     * @throws IssuerException with the reason
     */
    static SigningMaterial verified(
            PrivateKey key,
            X509Certificate certificate,
            List<X509Certificate> chain,
            Trust trust,
            String origin,
            Instant now) {
        requireBelongTogether(key, certificate, origin);
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new IssuerException(
                    origin + ": the certificate may not sign others (expected: CA:TRUE, keyCertSign)");
        }
        if (!certificate.getNotAfter().toInstant().isAfter(now)) {
            throw new IssuerException(origin + ": the signing certificate expired on "
                    + certificate.getNotAfter().toInstant());
        }
        List<X509Certificate> handedOut = chain;
        if (!chain.contains(certificate) && !trust.roots().contains(certificate)) {
            // Without it nobody could connect a leaf with a root.
            handedOut = new ArrayList<>(chain);
            handedOut.addFirst(certificate);
        }
        requirePath(certificate, handedOut, trust, origin, now);
        String crl = trust.crl();
        if (crl != null) {
            requireLists(handedOut, crl, origin);
        }
        return new SigningMaterial(key, certificate, handedOut, trust, origin);
    }

    /** Returns the name of the signing key. */
    String keyId() {
        return Certificates.keyId(certificate);
    }

    /** Returns when the first thing ends that a leaf depends on. */
    Instant end() {
        Instant end = certificate.getNotAfter().toInstant();
        for (X509Certificate above : chain) {
            Instant its = above.getNotAfter().toInstant();
            end = its.isBefore(end) && !trust.roots().contains(above) ? its : end;
        }
        return end;
    }

    private static void requireBelongTogether(PrivateKey key, X509Certificate certificate, String origin) {
        byte[] probe = new byte[32];
        new SecureRandom().nextBytes(probe);
        try {
            String algorithm = switch (certificate.getPublicKey().getAlgorithm()) {
                case "EC" -> "SHA256withECDSA";
                case "RSA" -> "SHA256withRSA";
                default -> certificate.getPublicKey().getAlgorithm();
            };
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // Of another kind altogether; the message of the provider adds nothing.
        }
        throw new IssuerException(origin + ": the key is not the certificate's");
    }

    private static void requirePath(
            X509Certificate signer, List<X509Certificate> chain, Trust trust, String origin, Instant now) {
        if (trust.roots().contains(signer)) {
            return;
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        trust.roots().forEach(root -> anchors.add(new TrustAnchor(root, null)));
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(signer);
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException e) {
            throw new IssuerException(
                    origin + ": the signing certificate does not lead to a root of the bundle over the chain: "
                            + e.getMessage(),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot build certification paths", e);
        }
    }

    private static void requireLists(List<X509Certificate> chain, String crl, String origin) {
        List<X509CRLHolder> lists = Pem.parseRevocationLists(crl, origin);
        for (X509Certificate issuer : chain) {
            if (lists.stream().noneMatch(list -> isSignedBy(list, issuer))) {
                throw new IssuerException(origin + ": no revocation list of " + issuer.getSubjectX500Principal()
                        + " (expected: one of each certificate in the chain)");
            }
        }
    }

    private static boolean isSignedBy(X509CRLHolder list, X509Certificate issuer) {
        try {
            return list.isSignatureValid(new JcaContentVerifierProviderBuilder().build(issuer.getPublicKey()));
        } catch (CertException | OperatorCreationException | RuntimeException e) {
            return false;
        }
    }
}
