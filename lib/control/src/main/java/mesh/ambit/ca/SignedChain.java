package mesh.ambit.ca;

import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.PemText;
import mesh.ambit.tls.Svid;
import org.jspecify.annotations.Nullable;

/** What the CA sends back: the leaf, intermediates one by one, and last the whole trust bundle. */
final class SignedChain {
    private static final int URI_NAME = 6;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    private SignedChain() {}

    /**
     * Returns the certificate in {@code chain}, whose bundle may be without any. The reference also takes a leaf of another
     * key, in the place of what worked until then, and fails in every handshake that follows.
     *
     * @param asked whether the CA was told the identity; one that has it from our token may know better who we are
     * @throws SigningException if the chain has no bundle, is not readable, is for another key, or speaks for somebody else
     *     than it was asked to
     */
    static Svid parse(SpiffeId identity, boolean asked, KeyPair key, List<String> chain) {
        if (chain.isEmpty()) {
            throw new SigningException("chain returned from CA is empty for: " + identity);
        }
        if (chain.size() == 1) {
            throw new SigningException(
                    "failed to create CSR: invalid root certificate: no root certificate present",
                    new CertificateException(
                            "one element for " + identity + " (expected: leaf, intermediates, trust bundle)"));
        }
        List<X509Certificate> own = new ArrayList<>();
        for (String element : chain.subList(0, chain.size() - 1)) {
            List<X509Certificate> certificates = parse(element, identity);
            if (certificates.isEmpty()) {
                throw new SigningException(
                        "failed to create CSR: certificate: no certificate",
                        new CertificateException("an element without certificate for " + identity));
            }
            own.add(certificates.getFirst());
        }
        X509Certificate leaf = own.getFirst();
        String name = uri(leaf);
        if (asked && !identity.toString().equals(name)) {
            throw new SigningException(
                    "did not find expected SAN: " + identity, new CertificateException("the CA sent: " + name));
        }
        if (!leaf.getPublicKey().equals(key.getPublic())) {
            throw new SigningException("the CA sent a certificate of another key for " + identity);
        }
        SpiffeId holder = name == null ? null : SpiffeId.tryParse(name);
        return new Svid(holder == null ? identity : holder, own, key.getPrivate(), parse(chain.getLast(), identity));
    }

    private static List<X509Certificate> parse(String pem, SpiffeId identity) {
        try {
            return pem.contains(BEGIN) ? PemText.certificates(pem) : List.of();
        } catch (CertificateException e) {
            throw new SigningException("the CA sent a certificate for " + identity + " that is not readable", e);
        }
    }

    private static @Nullable String uri(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            if (names == null) {
                return null;
            }
            for (List<?> name : names) {
                if (name.get(0).equals(URI_NAME)) {
                    return (String) name.get(1);
                }
            }
            return null;
        } catch (CertificateParsingException e) {
            throw new SigningException("the CA sent a certificate whose names are not readable", e);
        }
    }
}
