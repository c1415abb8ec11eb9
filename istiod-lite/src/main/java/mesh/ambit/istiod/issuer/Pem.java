package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mesh.ambit.ca.PemKey;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Keys and certificates to and from PEM text, and the one kind of key pair that we make. */
final class Pem {
    private static final String CURVE = "secp256r1";
    private static final X9ECParameters P256 = CustomNamedCurves.getByName(CURVE);

    /** Bundles have a handful; this bounds what a damaged file makes us hold. */
    private static final int MAX_OBJECTS = 100;

    private Pem() {}

    /** Returns a new ECDSA P-256 key pair. */
    static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + CURVE, e);
        }
    }

    static String of(X509Certificate certificate) {
        return of((Object) certificate);
    }

    /** Returns {@code certificates} one after the other. */
    static String of(Collection<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        certificates.forEach(certificate -> text.append(of(certificate)));
        return text.toString();
    }

    /** Returns {@code key} as PKCS#8. */
    static String of(PrivateKey key) {
        try {
            return text(new JcaPKCS8Generator(key, null));
        } catch (IOException e) {
            throw new IllegalStateException("a key that cannot be encoded", e);
        }
    }

    /** Returns the text of anything that PEM has a name for, such as a signing request. */
    static String of(Object object) {
        try {
            return text(new JcaMiscPEMGenerator(object));
        } catch (IOException e) {
            throw new IllegalStateException("an object that cannot be encoded", e);
        }
    }

    /**
     * Returns the pair of the EC P-256 private key in {@code text}, PKCS#8 or SEC 1.
     *
     * @param name what the message calls the text, usually its file
     */
    static KeyPair parseKeyPair(String text, String name) {
        if (parseKey(text, name) instanceof ECPrivateKey ec
                && ec.getParams().getOrder().equals(P256.getN())) {
            try {
                return new KeyPair(publicKey(ec), ec);
            } catch (GeneralSecurityException | RuntimeException e) {
                throw notAKey(name, e);
            }
        }
        throw new IssuerException(name + ": not a private key in PEM form (expected: EC P-256)");
    }

    /** Returns the private key in {@code text}: PKCS#8, SEC 1 or PKCS#1, of any kind, not encrypted. */
    static PrivateKey parseKey(String text, String name) {
        try {
            PrivateKey key = PemKey.find(text);
            if (key != null) {
                return key;
            }
        } catch (IOException e) {
            throw notAKey(name, e.getCause() instanceof RuntimeException cause ? cause : e);
        }
        throw new IssuerException(name + ": not a private key in PEM form (expected: EC or RSA, not encrypted)");
    }

    /** Without the cause: what a parser says of a key file may quote it. */
    private static IssuerException notAKey(String name, Exception e) {
        return new IssuerException(
                name + ": not a private key in PEM form (" + e.getClass().getSimpleName() + ")");
    }

    private static PublicKey publicKey(ECPrivateKey key) throws GeneralSecurityException {
        org.bouncycastle.math.ec.ECPoint point =
                P256.getG().multiply(key.getS()).normalize();
        ECPoint affine = new ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(affine, key.getParams()));
    }

    /** Returns the first certificate in {@code text}. */
    static X509Certificate parseCertificate(String text, String name) {
        return parseCertificates(text, name).getFirst();
    }

    /** Returns the certificates in {@code text}, at least one, in their order; what is none of them is passed over. */
    static List<X509Certificate> parseCertificates(String text, String name) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (Object object : objects(text, name)) {
                if (object instanceof X509CertificateHolder holder) {
                    certificates.add(certificate(holder));
                }
            }
        } catch (CertificateException | RuntimeException e) {
            throw e instanceof IssuerException known
                    ? known
                    : new IssuerException(name + ": not a certificate in PEM form", e);
        }
        if (certificates.isEmpty()) {
            throw new IssuerException(name + ": not a certificate in PEM form");
        }
        return List.copyOf(certificates);
    }

    /** Returns the revocation lists in {@code text}, at least one. */
    static List<X509CRLHolder> parseRevocationLists(String text, String name) {
        List<X509CRLHolder> lists = new ArrayList<>();
        for (Object object : objects(text, name)) {
            if (object instanceof X509CRLHolder list) {
                lists.add(list);
            }
        }
        if (lists.isEmpty()) {
            throw new IssuerException(name + ": no certificate revocation list in PEM form");
        }
        return lists;
    }

    static X509Certificate certificate(X509CertificateHolder holder) throws CertificateException {
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    /** Returns the first object in {@code text}, or null if there is none. */
    static @Nullable Object parse(String text) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            return parser.readObject();
        } catch (PEMException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static List<Object> objects(String text, String name) {
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (objects.size() == MAX_OBJECTS) {
                    throw new IssuerException(name + ": more than " + MAX_OBJECTS + " objects");
                }
                objects.add(object);
            }
        } catch (IssuerException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Without the cause, as the text may be a key.
            throw new IssuerException(
                    name + ": not readable as PEM (" + e.getClass().getSimpleName() + ")");
        }
        return objects;
    }

    private static String text(PemObjectGenerator object) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
