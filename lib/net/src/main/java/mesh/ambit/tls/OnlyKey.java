package mesh.ambit.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One key and its chain, for whoever has no other to show.
 *
 * <p>Given a bare key, Netty and others put it into a key store, which enciphers it and deciphers it again under a key
 * derived in ten thousand rounds: a tenth of a second of the thread that happens to need the context. Here nothing is
 * stored.
 */
public final class OnlyKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "only";

    private final PrivateKey key;
    private final X509Certificate[] chain;

    /**
     * Creates it; nothing is checked.
     *
     * @param chain the certificate of {@code key} first
     */
    public OnlyKey(PrivateKey key, X509Certificate[] chain) {
        this.key = key;
        this.chain = chain.clone();
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
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
