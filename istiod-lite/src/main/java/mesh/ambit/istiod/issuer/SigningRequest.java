package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * What counts of a certificate signing request: the public key, proved by the request's signature. The names in it are
 * not used; the identity is decided by us.
 *
 * @param publicKey ECDSA on P-256, P-384 or P-521, or RSA of 2048 to 8192 bits
 * @param hasCommonName whether its subject has a common name. As in the reference, the certificate then has one too: the
 *     identity, whatever was asked for
 * @param pem the request itself, for an issuer elsewhere
 */
record SigningRequest(PublicKey publicKey, boolean hasCommonName, String pem) {
    /** A request has one to three kilobytes; this bounds what a caller makes us parse, and how deep that can be nested. */
    static final int MAX_CHARACTERS = 16 * 1024;

    private static final int MIN_RSA_BITS = 2048;

    /** The work of checking a signature grows with the key, which the caller chooses. */
    private static final int MAX_RSA_BITS = 8192;

    private static final BigInteger MAX_RSA_EXPONENT = BigInteger.ONE.shiftLeft(32);
    private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);

    /** Signatures over digests that can be forged prove nothing. */
    private static final Set<ASN1ObjectIdentifier> BROKEN = Set.of(
            PKCSObjectIdentifiers.md2WithRSAEncryption,
            PKCSObjectIdentifiers.md5WithRSAEncryption,
            PKCSObjectIdentifiers.sha1WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA1);

    /**
     * Reads PEM text from a caller.
     *
     * @throws IllegalArgumentException with the reason
     */
    static SigningRequest parse(String pem) {
        if (pem.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "signing request has " + pem.length() + " characters (expected: at most " + MAX_CHARACTERS + ")");
        }
        try {
            if (!(Pem.parse(pem) instanceof PKCS10CertificationRequest request)) {
                throw new IllegalArgumentException("not a certificate signing request in PEM form");
            }
            PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
            requireAcceptable(key);
            ASN1ObjectIdentifier algorithm = request.getSignatureAlgorithm().getAlgorithm();
            if (BROKEN.contains(algorithm)) {
                throw new IllegalArgumentException(
                        "signature of the signing request uses " + algorithm + " (expected: SHA-256 or better)");
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("signature of the signing request does not match its key");
            }
            return new SigningRequest(key, request.getSubject().getRDNs(BCStyle.CN).length > 0, pem);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (IOException
                | PKCSException
                | OperatorCreationException
                | InvalidKeyException
                | NoSuchAlgorithmException
                | RuntimeException e) {
            // The parser throws whatever it stumbles over, and the bytes are a stranger's.
            throw new IllegalArgumentException("not a certificate signing request: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the subject alternative names that {@code pem} asks for, and {@code subject} or {@code extension} where it asks
     * for anything else that names or empowers its holder; sorted.
     *
     * @param pem what {@link #parse} has accepted
     */
    static Set<String> names(String pem) {
        Set<String> names = new TreeSet<>();
        try {
            if (!(Pem.parse(pem) instanceof PKCS10CertificationRequest request)) {
                throw new IOException("no signing request");
            }
            // The reference's sidecars send an organization without a name.
            for (RDN part : request.getSubject().getRDNs()) {
                if (!part.getFirst().getValue().toString().isEmpty()) {
                    names.add("subject");
                }
            }
            Extensions extensions = request.getRequestedExtensions();
            if (extensions == null) {
                return names;
            }
            for (ASN1ObjectIdentifier each : extensions.getExtensionOIDs()) {
                if (!each.equals(Extension.subjectAlternativeName)) {
                    names.add("extension " + each);
                }
            }
            GeneralNames found = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            for (GeneralName name : found == null ? new GeneralName[0] : found.getNames()) {
                names.add(ExternalIssuer.named(name.getTagNo(), text(name)));
            }
        } catch (IOException | RuntimeException e) {
            names.add("unreadable");
        }
        return names;
    }

    private static String text(GeneralName name) throws IOException {
        if (name.getTagNo() == GeneralName.iPAddress) {
            byte[] address = ASN1OctetString.getInstance(name.getName()).getOctets();
            return InetAddress.getByAddress(address).getHostAddress();
        }
        return name.getName().toString();
    }

    private static void requireAcceptable(PublicKey key) {
        String problem = switch (key) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getOrder().bitLength();
                yield CURVE_BITS.contains(bits) ? "" : "of " + bits + " bits";
            }
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                if (rsa.getPublicExponent().compareTo(MAX_RSA_EXPONENT) > 0) {
                    yield "with an exponent above 2^32";
                }
                yield bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS ? "" : "of " + bits + " bits";
            }
            default -> "of a kind that is not used";
        };
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("key of kind " + key.getAlgorithm() + " " + problem
                    + " (expected: ECDSA on P-256, P-384 or P-521, or RSA of " + MIN_RSA_BITS + " to " + MAX_RSA_BITS
                    + " bits)");
        }
    }
}
