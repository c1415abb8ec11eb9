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
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Keys and certificates to and from PEM text, and the one kind of key pair that we make. */
final class Pem {
    private static final String CURVE = "secp256r1";
    private static final X9ECParameters P256 = CustomNamedCurves.getByName(CURVE);

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
        try {
            return text(new JcaMiscPEMGenerator(certificate));
        } catch (IOException e) {
            throw new IllegalStateException("a certificate that cannot be encoded", e);
        }
    }

    /** Returns {@code key} as PKCS#8. */
    static String of(PrivateKey key) {
        try {
            return text(new JcaPKCS8Generator(key, null));
        } catch (IOException e) {
            throw new IllegalStateException("a key that cannot be encoded", e);
        }
    }

    /**
     * Returns the pair of the EC P-256 private key in {@code text}, PKCS#8 or SEC 1.
     *
     * @param name what the message calls the text, usually its file
     */
    static KeyPair parseKeyPair(String text, String name) {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try {
            PrivateKey key = switch (parse(text)) {
                case PrivateKeyInfo info -> converter.getPrivateKey(info);
                case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
                case null, default -> null;
            };
            if (key instanceof ECPrivateKey ec && ec.getParams().getOrder().equals(P256.getN())) {
                return new KeyPair(publicKey(ec), ec);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Without the cause: what a parser says of a key file may quote it.
            throw new IssuerException(
                    name + ": not a private key in PEM form (" + e.getClass().getSimpleName() + ")");
        }
        throw new IssuerException(name + ": not a private key in PEM form (expected: EC P-256)");
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
        try {
            if (parse(text) instanceof X509CertificateHolder holder) {
                return certificate(holder);
            }
        } catch (IOException | CertificateException | RuntimeException e) {
            throw new IssuerException(name + ": not a certificate in PEM form", e);
        }
        throw new IssuerException(name + ": not a certificate in PEM form");
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

    private static String text(PemObjectGenerator object) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
