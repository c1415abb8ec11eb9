package mesh.ambit.perf.lab;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** Signs for every program of a run, so that all of them have the same kind of key: ECDSA P-256. Thread-safe. */
final class BenchAuthority {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final X500Name ISSUER = new X500Name("O=cluster.local");
    private static final Duration ROOT_LIFE = Duration.ofDays(2);
    private static final Duration LEAF_LIFE = Duration.ofDays(1);
    private static final Duration SKEW = Duration.ofMinutes(2);

    private final KeyPair keys = newKeys();
    private final X509Certificate root = sign(ISSUER, keys.getPublic(), ROOT_LIFE, builder -> {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    });

    /** A certificate and the key that belongs to it. */
    record Leaf(X509Certificate certificate, KeyPair keys) {
        /** Returns certificate and key in one text, as HAProxy wants them. */
        String pem() {
            return BenchAuthority.pem(certificate) + keyPem();
        }

        String keyPem() {
            // Spelled out: the short form that the writer would choose leaves out the curve.
            return BenchAuthority.pem(
                    new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
        }
    }

    X509Certificate root() {
        return root;
    }

    /** Returns a certificate of a new key for {@code names}. */
    Leaf leaf(GeneralName... names) {
        KeyPair pair = newKeys();
        return new Leaf(leaf(pair.getPublic(), names), pair);
    }

    /** Returns a certificate for {@code key}, good for clients and servers. */
    X509Certificate leaf(PublicKey key, GeneralName... names) {
        return sign(new X500Name(""), key, LEAF_LIFE, builder -> {
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
        });
    }

    static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws CertIOException;
    }

    private X509Certificate sign(X500Name subject, PublicKey key, Duration life, Extensions extensions) {
        Instant now = Instant.now();
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    ISSUER,
                    new BigInteger(64, RANDOM),
                    Date.from(now.minus(SKEW)),
                    Date.from(now.plus(life)),
                    subject,
                    key);
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }
}
