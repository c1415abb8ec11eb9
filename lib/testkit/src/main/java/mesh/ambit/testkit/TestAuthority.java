package mesh.ambit.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests: one P-256 root that signs what it is asked to. */
public final class TestAuthority {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration ROOT_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofHours(1);
    private static final Duration SKEW = Duration.ofMinutes(1);

    private final KeyPair key = newKey();
    private final X500Name name;
    private final X509Certificate root;

    /** Creates an authority with a new root. */
    public TestAuthority(String name) {
        this.name = new X500Name("O=" + name);
        Instant now = Instant.now();
        root = certificate(this.name, key.getPublic(), now.minus(SKEW), now.plus(ROOT_LIFE), builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        });
    }

    /**
     * A certificate with its key.
     *
     * @param certificate the leaf
     * @param key its private key
     */
    public record Leaf(X509Certificate certificate, PrivateKey key) {}

    /** Returns the root. */
    public X509Certificate root() {
        return root;
    }

    /** Returns the root as PEM. */
    public String rootPem() {
        return pem(root);
    }

    /** Returns a server's certificate for {@code names}; what parses as an address becomes an address. */
    public Leaf server(String... names) {
        List<GeneralName> sans = new ArrayList<>();
        for (String one : names) {
            sans.add(new GeneralName(isAddress(one) ? GeneralName.iPAddress : GeneralName.dNSName, one));
        }
        KeyPair pair = newKey();
        Instant now = Instant.now();
        return new Leaf(leaf(pair.getPublic(), sans, now.minus(SKEW), now.plus(LEAF_LIFE)), pair.getPrivate());
    }

    /** Returns a workload's certificate for {@code uri} and {@code subject}, valid as given. */
    public X509Certificate workload(PublicKey subject, String uri, Instant notBefore, Instant notAfter) {
        return leaf(subject, List.of(new GeneralName(GeneralName.uniformResourceIdentifier, uri)), notBefore, notAfter);
    }

    /** Returns an SVID of {@code identity} that is valid for an hour. */
    public Svid svid(SpiffeId identity) {
        Instant now = Instant.now();
        return svid(identity, now.minus(SKEW), now.plus(LEAF_LIFE));
    }

    /** Returns an SVID of {@code identity}, valid as given. */
    public Svid svid(SpiffeId identity, Instant notBefore, Instant notAfter) {
        KeyPair pair = newKey();
        X509Certificate leaf = workload(pair.getPublic(), identity.toString(), notBefore, notAfter);
        return new Svid(identity, List.of(leaf), pair.getPrivate(), List.of(root));
    }

    /** Returns the list of what this authority has revoked, as PEM. */
    public String revocationList(Collection<X509Certificate> revoked) {
        Date now = Date.from(Instant.now());
        X509v2CRLBuilder builder = new X509v2CRLBuilder(name, now);
        revoked.forEach(
                certificate -> builder.addCRLEntry(certificate.getSerialNumber(), now, CRLReason.keyCompromise));
        try {
            return pemOf(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("cannot make a revocation list", e);
        }
    }

    /** Returns {@code certificate} as PEM. */
    public static String pem(X509Certificate certificate) {
        return pemOf(certificate);
    }

    private static String pemOf(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private X509Certificate leaf(PublicKey subject, List<GeneralName> sans, Instant notBefore, Instant notAfter) {
        return certificate(new X500Name(""), subject, notBefore, notAfter, builder -> {
            builder.addExtension(
                    Extension.subjectAlternativeName, true, new GeneralNames(sans.toArray(GeneralName[]::new)));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
        });
    }

    private X509Certificate certificate(
            X500Name subjectName, PublicKey subject, Instant notBefore, Instant notAfter, Extensions extensions) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name, new BigInteger(64, RANDOM), Date.from(notBefore), Date.from(notAfter), subjectName, subject);
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder) throws CertIOException;
    }
}
