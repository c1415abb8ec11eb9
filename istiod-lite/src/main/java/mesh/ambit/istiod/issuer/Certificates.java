package mesh.ambit.istiod.issuer;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.CertificateRules.Validity;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificates that we sign, field by field. */
final class Certificates {
    private static final int SERIAL_BITS = 128;
    private static final int KEY_ID_BYTES = 16;
    private static final X500Name NOBODY = new X500NameBuilder(BCStyle.INSTANCE).build();
    private static final SecureRandom RANDOM = new SecureRandom();

    private Certificates() {}

    /** Returns a certificate of {@code key} for {@code subject}, signed with {@code signerKey}. */
    static X509Certificate leaf(
            PublicKey key, Subject subject, Validity validity, X509Certificate signer, PrivateKey signerKey) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(
                                    signer.getSubjectX500Principal().getEncoded()),
                            serial(),
                            Date.from(validity.notBefore()),
                            Date.from(validity.notAfter()),
                            name(subject),
                            key)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment))
                    .addExtension(Extension.extendedKeyUsage, false, usage(subject))
                    // Critical, since there is no subject that would name the holder.
                    .addExtension(Extension.subjectAlternativeName, true, subject.names());
            byte[] signerId = signer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
            if (signerId != null) {
                // The identifier alone, without issuer and serial number: the signer may be renewed under the same key.
                ASN1OctetString id = ASN1OctetString.getInstance(
                        ASN1OctetString.getInstance(signerId).getOctets());
                builder.addExtension(
                        Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(id.getOctets()));
            }
            return Pem.certificate(builder.build(contentSigner(signer.getPublicKey(), signerKey)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException | RuntimeException e) {
            throw new IssuanceException(
                    IssuanceException.Kind.CERT_GEN_ERROR, "signing for " + subject + " failed: " + e.getMessage(), e);
        }
    }

    /** Returns a root certificate for {@code keys}, valid from {@code now} for {@code lifetime}. */
    static X509Certificate root(KeyPair keys, String organization, Duration lifetime, Instant now) {
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, organization)
                .build();
        Validity validity = CertificateRules.validity(lifetime, now, Instant.MAX);
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            name,
                            serial(),
                            Date.from(validity.notBefore()),
                            Date.from(validity.notAfter()),
                            name,
                            keys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return Pem.certificate(builder.build(contentSigner(keys.getPublic(), keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("signing the root failed", e);
        }
    }

    /** Returns a short name for {@code key}, the same wherever and whenever it is computed. Public. */
    static String keyId(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(digest, 0, KEY_ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    static String keyId(X509Certificate certificate) {
        return keyId(certificate.getPublicKey());
    }

    /** Returns what signs with {@code key}, in the SHA-256 family unless the key is of a larger curve. */
    static ContentSigner contentSigner(PublicKey verification, PrivateKey key) throws OperatorCreationException {
        String algorithm = switch (verification) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getOrder().bitLength();
                yield bits <= 256 ? "SHA256withECDSA" : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA";
            }
            case RSAPublicKey _ -> "SHA256withRSA";
            case EdECPublicKey ed -> ed.getParams().getName();
            default -> throw new OperatorCreationException("no signature with a key of kind " + key.getAlgorithm());
        };
        return new JcaContentSignerBuilder(algorithm).build(key);
    }

    private static X500Name name(Subject subject) {
        return subject instanceof Subject.Workload(SpiffeId identity, boolean commonName)
                        && commonName
                        && identity.toString().length() <= Subject.MAX_COMMON_NAME
                ? new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.CN, identity.toString())
                        .build()
                : NOBODY;
    }

    private static ExtendedKeyUsage usage(Subject subject) {
        return switch (subject) {
            case Subject.Workload _ ->
                new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
            case Subject.Server _ -> new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
        };
    }

    private static BigInteger serial() {
        // Zero would not be a serial number.
        return new BigInteger(SERIAL_BITS, RANDOM).max(BigInteger.ONE);
    }
}
