package mesh.ambit.istiod.issuer;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.jspecify.annotations.Nullable;

/** Authorities of somebody else's, and what they sign. */
record Signers(KeyPair keys, X509Certificate certificate) {
    private static final Duration YEAR = Duration.ofDays(365);

    static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    static Signers root(String name, KeyPair keys, Instant now) throws Exception {
        return signed(name, keys, keys, name, null, now, now.plus(YEAR));
    }

    static Signers root(String name, Instant now) throws Exception {
        return root(name, Pem.newKeyPair(), now);
    }

    Signers intermediate(String name, KeyPair its, Instant now) throws Exception {
        return intermediate(name, its, now, now.plus(YEAR));
    }

    Signers intermediate(String name, KeyPair its, Instant now, Instant end) throws Exception {
        return signed(name, its, keys, null, certificate, now, end);
    }

    private static Signers signed(
            String name,
            KeyPair its,
            KeyPair signer,
            @Nullable String issuerName,
            @Nullable X509Certificate issuer,
            Instant now,
            Instant end)
            throws Exception {
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        X500Name by = issuer == null
                ? new X500Name("CN=" + issuerName)
                : X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
        X509Certificate certificate = Pem.certificate(new JcaX509v3CertificateBuilder(
                        by,
                        BigInteger.valueOf(Math.abs((long) name.hashCode()) + 1),
                        Date.from(now.minusSeconds(60)),
                        Date.from(end),
                        new X500Name("CN=" + name),
                        its.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(
                        Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(its.getPublic()))
                .build(Certificates.contentSigner(signer.getPublic(), signer.getPrivate())));
        return new Signers(its, certificate);
    }

    /** Returns an empty revocation list as PEM. */
    String revocationList(Instant now) throws Exception {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()), Date.from(now));
        builder.setNextUpdate(Date.from(now.plus(YEAR)));
        return Pem.of(builder.build(Certificates.contentSigner(keys.getPublic(), keys.getPrivate())));
    }

    String pem() {
        return Pem.of(certificate);
    }

    String keyPem() {
        return Pem.of(keys.getPrivate());
    }
}
