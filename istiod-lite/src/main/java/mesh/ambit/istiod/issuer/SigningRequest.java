package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * What counts of a certificate signing request: the public key, proved by the request's signature. The names in it are
 * not even read; the identity is decided by us.
 */
record SigningRequest(PublicKey publicKey) {
    /** A request for one certificate has under a kilobyte; this bounds what a caller makes us parse. */
    static final int MAX_CHARACTERS = 64 * 1024;

    private static final int MIN_RSA_BITS = 2048;

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
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("signature of the signing request does not match its key");
            }
            return new SigningRequest(key);
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

    private static void requireAcceptable(PublicKey key) {
        switch (key) {
            case ECPublicKey _ -> {}
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= MIN_RSA_BITS -> {}
            default ->
                throw new IllegalArgumentException("key of kind " + key.getAlgorithm() + " (expected: ECDSA, or RSA of "
                        + MIN_RSA_BITS + " bits or more)");
        }
    }
}
