package mesh.ambit.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** PEM text (RFC 7468): what the JDK reads of it, and what it does not write. */
public final class PemText {
    private static final int COLUMNS = 64;

    private PemText() {}

    /**
     * Returns the certificates in {@code text}, in their order, perhaps none.
     *
     * @throws CertificateException if what is there is no certificate
     */
    public static List<X509Certificate> certificates(String text) throws CertificateException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
            certificates.add((X509Certificate) certificate);
        }
        return certificates;
    }

    /** Returns the text of {@code der}; {@code label} is what it is, for instance {@code CERTIFICATE REQUEST}. */
    public static String print(String label, byte[] der) {
        return print(label, der, COLUMNS);
    }

    /**
     * Returns the text of {@code der} in lines that are not those of RFC 7468.
     *
     * @param columns characters of a full line, a multiple of four
     */
    public static String print(String label, byte[] der, int columns) {
        String lines = Base64.getMimeEncoder(columns, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }
}
