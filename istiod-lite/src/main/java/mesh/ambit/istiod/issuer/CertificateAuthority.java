package mesh.ambit.istiod.issuer;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.CertificateRules.Validity;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Signs with the root of the mesh's trust, a self-signed ECDSA P-256 certificate. Thread-safe.
 *
 * <p>Signs what it is told to: who may have what is decided before.
 */
public final class CertificateAuthority {
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
    private static final int SERIAL_BITS = 128;
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final X500Principal NOBODY = new X500Principal("");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys;
    private final X509Certificate root;

    private CertificateAuthority(RootFiles.Root files) {
        keys = files.keys();
        root = files.certificate();
    }

    /**
     * Returns the authority whose files are in {@code directory}, the same after every restart; makes a new one where
     * there is none.
     *
     * @throws IssuerException if a file cannot be read or written, or key and certificate do not belong together
     */
    public static CertificateAuthority loadOrCreate(Path directory, String trustDomain, Instant now) {
        return new CertificateAuthority(RootFiles.loadOrCreate(directory, trustDomain, now));
    }

    /** Returns the certificate that peers are to trust. */
    public X509Certificate root() {
        return root;
    }

    /** Returns the whole trust bundle as PEM: what clients verify peers and this server with. */
    public String trustBundle() {
        return Pem.of(root);
    }

    /** Writes the trust bundle to {@code file}, whole or not at all, readable by everybody. */
    public void publishTrustBundle(Path file) {
        PrivateFiles.writePublic(file, trustBundle());
    }

    /** Returns the validity of a certificate with lifetime {@code ttl} signed at {@code now}. */
    Validity validity(Duration ttl, Instant now) {
        return CertificateRules.validity(ttl, now, root.getNotAfter().toInstant());
    }

    /** Returns a workload certificate: no subject, the identity as its only name, for client and server. */
    X509Certificate signWorkload(PublicKey key, SpiffeId identity, Validity validity) {
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString());
        return sign(key, new GeneralNames(name), validity, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
    }

    /** Returns a certificate for our own port, under {@code dnsNames} and {@code addresses}. */
    X509Certificate signServer(PublicKey key, List<String> dnsNames, List<InetAddress> addresses, Validity validity) {
        List<GeneralName> names = new ArrayList<>();
        dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        // As bytes: the text of an address may carry a zone, which a certificate cannot.
        addresses.forEach(
                address -> names.add(new GeneralName(GeneralName.iPAddress, new DEROctetString(address.getAddress()))));
        return sign(
                key,
                new GeneralNames(names.toArray(GeneralName[]::new)),
                validity,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    }

    private X509Certificate sign(PublicKey key, GeneralNames names, Validity validity, ExtendedKeyUsage usage) {
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            root,
                            serial(),
                            Date.from(validity.notBefore()),
                            Date.from(validity.notAfter()),
                            NOBODY,
                            key)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment))
                    .addExtension(Extension.extendedKeyUsage, false, usage)
                    .addExtension(
                            Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(root))
                    // Critical, since there is no subject that would name the holder.
                    .addExtension(Extension.subjectAlternativeName, true, names);
            return Pem.certificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("signing a certificate failed", e);
        }
    }

    /** Returns a root certificate for {@code keys}, valid from {@code now} for ten years. */
    static X509Certificate selfSign(KeyPair keys, String trustDomain, Instant now) {
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, trustDomain)
                .build();
        Validity validity = CertificateRules.validity(ROOT_LIFETIME, now, Instant.MAX);
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
            return Pem.certificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("signing the root failed", e);
        }
    }

    private static BigInteger serial() {
        // Zero would not be a serial number.
        return new BigInteger(SERIAL_BITS, RANDOM).max(BigInteger.ONE);
    }
}
