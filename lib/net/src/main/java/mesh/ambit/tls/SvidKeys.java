package mesh.ambit.tls;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The one key and chain that a TLS context has to show, whatever it is asked for.
 *
 * <p>Given a bare key, Netty puts it into a key store, which enciphers it and deciphers it again under a key derived in
 * ten thousand rounds: a tenth of a second of the event loop that happens to need the context. Here nothing is stored.
 */
final class SvidKeys extends SimpleKeyManagerFactory {
    private final KeyManager[] managers;

    SvidKeys(Svid svid) {
        super("svid");
        managers = new KeyManager[] {new OnlyKey(svid.key(), svid.chain().toArray(new X509Certificate[0]))};
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
        return managers.clone();
    }

    private static final class OnlyKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "svid";

        private final PrivateKey key;
        private final X509Certificate[] chain;

        OnlyKey(PrivateKey key, X509Certificate[] chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            return suits(keyType) ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
            return suits(keyType) ? ALIAS : null;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return suits(keyType) ? new String[] {ALIAS} : new String[0];
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        /** A server is asked once for each type that the client takes, such as {@code EC} or {@code EC_EC}. */
        private boolean suits(String keyType) {
            return keyType.startsWith(key.getAlgorithm());
        }
    }
}
