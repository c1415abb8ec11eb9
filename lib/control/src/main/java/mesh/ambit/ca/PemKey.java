package mesh.ambit.ca;

import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/** Private keys in PEM form. */
public final class PemKey {
    private PemKey() {}

    /**
     * Returns the first private key in {@code text}: PKCS#8, SEC 1 or PKCS#1, of any kind, not encrypted. What is none is
     * passed over: OpenSSL writes the parameters of a curve before its key.
     *
     * @return null if there is none
     * @throws IOException if there is one that cannot be read; neither message nor cause are for a log, as they may quote it
     */
    public static @Nullable PrivateKey find(String text) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            }
            return null;
        } catch (RuntimeException e) {
            throw new IOException(e);
        }
    }
}
