package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which API server, under which credentials and through which proxy: what a kubeconfig or the environment says, as the
 * client library takes it.
 */
final class ClientConfigs {
    private static final int CONNECT_MILLIS = 5_000;

    private ClientConfigs() {}

    /**
     * Returns what {@code kubeconfig} says; without one what the environment does, as for any client.
     *
     * @param context of the kubeconfig; null for its current one
     * @throws IOException if the file cannot be read, or has no such context
     */
    static Config of(@Nullable Path kubeconfig, @Nullable String context) throws IOException {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new IOException("kubeconfig " + kubeconfig + " is not there or not readable");
        }
        Config config;
        try {
            config = kubeconfig == null
                    ? Config.autoConfigure(context)
                    : Config.fromKubeconfig(context, kubeconfig.toFile());
        } catch (RuntimeException e) {
            throw new IOException("no usable Kubernetes configuration: " + Failures.reason(e), e);
        }
        NamedContext chosen = config.getCurrentContext();
        // The client would take the current one instead.
        if (context != null && (chosen == null || !context.equals(chosen.getName()))) {
            throw new IOException("the kubeconfig has no context " + context);
        }
        return ready(config, kubeconfig == null ? proxyOfEnvironment() : null);
    }

    /**
     * Returns what a kubeconfig says that somebody else wrote.
     *
     * @param allowed what it may say all the same, in the words of {@link Kubeconfigs}
     * @throws IOException if it is not a safe one; the message quotes nothing of it
     * @throws RuntimeException if a part of it cannot be read; the message may quote it
     */
    static Config of(String kubeconfig, Set<String> allowed) throws IOException {
        try {
            Kubeconfigs.requireSafe(kubeconfig, allowed);
        } catch (Kubeconfigs.UnsafeException e) {
            throw new IOException(e.getMessage(), e);
        }
        return ready(Config.fromKubeconfig(kubeconfig), null);
    }

    /** Returns the server at {@code url} without credentials. */
    static Config at(String url) {
        Config config = Config.empty();
        config.setMasterUrl(url);
        return ready(config, null);
    }

    private static Config ready(Config config, @Nullable String inheritedProxy) {
        config.setRequestRetryBackoffLimit(0);
        config.setConnectionTimeout(CONNECT_MILLIS);
        if (isWithoutToken(config)) {
            // The client would read the kubeconfig again before every request, looking for one.
            config.setOauthTokenProvider(() -> "");
        }
        // A kubeconfig's proxy-url leads to its server, whatever the scheme of either; the client takes one that begins
        // with http for a proxy of plaintext servers, as that of the environment is one.
        String proxy = config.getHttpProxy();
        if (proxy != null && !proxy.equals(inheritedProxy)) {
            config.setHttpsProxy(proxy);
        }
        return config;
    }

    private static @Nullable String proxyOfEnvironment() {
        Config environment = Config.empty();
        Config.configFromSysPropsOrEnvVars(environment);
        return environment.getHttpProxy();
    }

    /** Returns whether we are known by a certificate or not at all, and nobody is to be asked for a token. */
    private static boolean isWithoutToken(Config config) {
        return config.getOauthTokenProvider() == null
                && config.getOauthToken() == null
                && config.getAutoOAuthToken() == null
                && config.getAuthProvider() == null;
    }
}
