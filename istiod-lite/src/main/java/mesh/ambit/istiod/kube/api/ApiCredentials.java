package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.CertUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import mesh.ambit.ca.PemKey;
import mesh.ambit.tls.OnlyKey;
import org.jspecify.annotations.Nullable;

/**
 * The certificates and the key of a kubeconfig, in PEM form: which servers are believed, and how we prove who we are.
 *
 * <p>The client library puts them into key stores: the server's authorities beside all that browsers trust, and our key
 * enciphered under one derived in ten thousand rounds. That took a quarter of a second of each start. Here a server that a
 * kubeconfig names authorities for has to prove itself by them, as other clients have it.
 */
final class ApiCredentials {
    private static final String ROOTS = "certificate-authority";
    private static final String CERTIFICATE = "client-certificate";
    private static final String KEY = "client-key";

    private final Source roots;
    private final Source certificate;
    private final Source key;

    private ApiCredentials(Source roots, Source certificate, Source key) {
        this.roots = roots;
        this.certificate = certificate;
        this.key = key;
    }

    /** Takes them out of {@code config}, which is left with those that are in key stores already, and with "trust anybody". */
    static ApiCredentials takenFrom(Config config) {
        Source roots = Source.NONE;
        if (!config.isTrustCerts() && config.getTrustStoreFile() == null) {
            roots = new Source(ROOTS, config.getCaCertData(), config.getCaCertFile());
            config.setCaCertData(null);
            config.setCaCertFile(null);
        }
        Source certificate = Source.NONE;
        Source key = Source.NONE;
        if (config.getKeyStoreFile() == null) {
            certificate = new Source(CERTIFICATE, config.getClientCertData(), config.getClientCertFile());
            key = new Source(KEY, config.getClientKeyData(), config.getClientKeyFile());
            config.setClientCertData(null);
            config.setClientCertFile(null);
            config.setClientKeyData(null);
            config.setClientKeyFile(null);
        }
        return new ApiCredentials(roots, certificate, key);
    }

    /**
     * Returns what believes the server; null where nothing is said of that.
     *
     * @throws IllegalArgumentException if the certificates cannot be read; the message does not quote them
     */
    TrustManager @Nullable [] trust() {
        if (!roots.isGiven()) {
            return null;
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate root : certificates(roots)) {
                store.setCertificateEntry(String.valueOf(count++), root);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw roots.unreadable(e);
        }
    }

    /**
     * Returns what proves who we are; null without a certificate or without its key.
     *
     * @throws IllegalArgumentException if they cannot be read; the message does not quote them
     */
    KeyManager @Nullable [] keys() {
        if (!certificate.isGiven() || !key.isGiven()) {
            return null;
        }
        X509Certificate[] chain;
        try {
            chain = certificates(certificate).toArray(X509Certificate[]::new);
        } catch (GeneralSecurityException | IOException e) {
            throw certificate.unreadable(e);
        }
        return new KeyManager[] {new OnlyKey(privateKey(), chain)};
    }

    private static Collection<? extends Certificate> certificates(Source source)
            throws GeneralSecurityException, IOException {
        try (InputStream text = source.open()) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(text);
            if (all.isEmpty()) {
                throw new IOException("no certificate");
            }
            return all;
        }
    }

    private PrivateKey privateKey() {
        try (InputStream text = key.open()) {
            PrivateKey found = PemKey.find(new String(text.readAllBytes(), StandardCharsets.UTF_8));
            if (found == null) {
                throw new IOException("no private key, or an encrypted one");
            }
            return found;
        } catch (IOException e) {
            throw key.unreadable(e);
        }
    }

    /**
     * A part of a kubeconfig: its data, or the file where that is, which is read whenever it is needed.
     *
     * @param data in Base64
     */
    private record Source(
            String name, @Nullable String data, @Nullable String file) {
        static final Source NONE = new Source("", null, null);

        boolean isGiven() {
            return isText(data) || isText(file);
        }

        InputStream open() throws IOException {
            return CertUtils.getInputStreamFromDataOrFile(data, file);
        }

        /** Without the cause: what a parser says of a key may quote it. */
        IllegalArgumentException unreadable(Exception e) {
            String where = isText(data) ? name + "-data" : name + " " + file;
            return new IllegalArgumentException(
                    where + ": not readable in PEM form (" + e.getClass().getSimpleName() + ")");
        }

        private static boolean isText(@Nullable String text) {
            return text != null && !text.isEmpty();
        }
    }
}
