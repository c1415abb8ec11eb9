package mesh.ambit.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import mesh.ambit.identity.SpiffeId;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority for tests. */
public final class TestPki {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final KeyPair caKey = newKey();
    private final X500Name caName;
    private final X509Certificate root;

    public TestPki() {
        this("test root");
    }

    public TestPki(String name) {
        this(name, null);
    }

    private TestPki(String name, @Nullable TestPki parent) {
        caName = new X500Name("CN=" + name);
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    parent == null ? caName : parent.caName,
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(Instant.now().minus(Duration.ofDays(1))),
                    Date.from(Instant.now().plus(Duration.ofDays(10))),
                    caName,
                    caKey.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            root = (parent == null ? this : parent).sign(builder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate root() {
        return root;
    }

    /** Issues an SVID as istiod would: one hour, both usages. */
    public Svid svid(String identity) {
        return new Leaf(identity).svid(this);
    }

    /** Returns the authority below this one. */
    public TestPki intermediate(String name) {
        return new TestPki(name, this);
    }

    /** Returns the name of a place where lists are published. */
    static DistributionPointName place(String uri) {
        return new DistributionPointName(new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    }

    /** Returns a list, in DER, of what this authority has revoked. */
    public byte[] crl(X509Certificate... revoked) {
        return crl(_ -> {}, revoked);
    }

    byte[] crl(Consumer<X509v2CRLBuilder> more, X509Certificate... revoked) {
        Date now = Date.from(Instant.now());
        X509v2CRLBuilder builder = new X509v2CRLBuilder(caName, now);
        // Long over: the expiry of a list counts for nothing.
        builder.setNextUpdate(now);
        for (X509Certificate certificate : revoked) {
            builder.addCRLEntry(certificate.getSerialNumber(), now, 1);
        }
        more.accept(builder);
        try {
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKey.getPrivate()))
                    .getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a leaf says; everything can be bent. */
    public static final class Leaf {
        private final List<String> uris = new ArrayList<>();
        private String dnsName = "";
        private Instant notBefore = Instant.now().minus(Duration.ofMinutes(1));
        private Instant notAfter = Instant.now().plus(Duration.ofHours(1));
        private String list = "";
        private KeyPurposeId[] usages = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};

        public Leaf(String... uris) {
            this.uris.addAll(List.of(uris));
        }

        public Leaf dnsName(String name) {
            dnsName = name;
            return this;
        }

        public Leaf valid(Instant from, Instant to) {
            notBefore = from;
            notAfter = to;
            return this;
        }

        /** Says where its authority publishes lists. */
        Leaf listAt(String uri) {
            list = uri;
            return this;
        }

        public Leaf usages(KeyPurposeId... purposes) {
            usages = purposes;
            return this;
        }

        /** Issues it; the SVID trusts the issuer. */
        public Svid svid(TestPki issuer) {
            return svid(issuer, issuer);
        }

        /** Issues it; the SVID trusts {@code trusted}. */
        public Svid svid(TestPki issuer, TestPki trusted) {
            KeyPair key = newKey();
            SpiffeId first = uris.isEmpty() ? null : SpiffeId.tryParse(uris.getFirst());
            SpiffeId identity = first == null ? new SpiffeId("cluster.local", "none", "none") : first;
            return new Svid(identity, List.of(issue(issuer, key)), key.getPrivate(), List.of(trusted.root()));
        }

        /** Issues it below an intermediate, which is shown too. */
        public Svid svidBelow(TestPki intermediate, TestPki trusted) {
            KeyPair key = newKey();
            List<X509Certificate> chain = List.of(issue(intermediate, key), intermediate.root());
            return new Svid(SpiffeId.parse(uris.getFirst()), chain, key.getPrivate(), List.of(trusted.root()));
        }

        private X509Certificate issue(TestPki issuer, KeyPair key) {
            try {
                JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        issuer.caName,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(notBefore),
                        Date.from(notAfter),
                        new X500Name(new RDN[0]),
                        key.getPublic());
                List<GeneralName> names = new ArrayList<>();
                uris.forEach(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
                if (!dnsName.isEmpty()) {
                    names.add(new GeneralName(GeneralName.dNSName, dnsName));
                }
                builder.addExtension(
                        Extension.subjectAlternativeName, true, new GeneralNames(names.toArray(new GeneralName[0])));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                if (usages.length > 0) {
                    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usages));
                }
                if (!list.isEmpty()) {
                    builder.addExtension(
                            Extension.cRLDistributionPoints,
                            false,
                            new CRLDistPoint(new DistributionPoint[] {new DistributionPoint(place(list), null, null)}));
                }
                return issuer.sign(builder);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private X509Certificate sign(JcaX509v3CertificateBuilder builder) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKey.getPrivate())));
        } catch (CertificateException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
