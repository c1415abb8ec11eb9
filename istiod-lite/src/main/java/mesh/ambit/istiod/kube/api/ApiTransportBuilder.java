package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.TlsVersion;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Takes what a kubeconfig says about connections, for an {@link ApiTransport}. */
final class ApiTransportBuilder
        extends StandardHttpClientBuilder<ApiTransport, HttpClient.Factory, ApiTransportBuilder> {
    private final EventLoop loop;
    private final URI server;

    /**
     * Creates one.
     *
     * @param others makes clients for whoever else is to be asked, such as an issuer of tokens
     */
    ApiTransportBuilder(HttpClient.Factory others, EventLoop loop, URI server) {
        super(others);
        this.loop = loop;
        this.server = server;
    }

    /** Returns whether the server is reached through a proxy, which an {@link ApiTransport} cannot. */
    boolean isProxied() {
        return proxyType != HttpClient.ProxyType.DIRECT && proxyAddress != null;
    }

    /** Keeps what TLS contexts are made of; the JDK's own context, which is made elsewhere, would not be used. */
    @Override
    public ApiTransportBuilder sslContext(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust) {
        this.keyManagers = keys;
        this.trustManagers = trust;
        return this;
    }

    /** Takes those that are not null in the place of what it has. */
    void prefer(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust) {
        if (keys != null) {
            keyManagers = keys;
        }
        if (trust != null) {
            trustManagers = trust;
        }
    }

    /** Has {@code other} show and believe what this one would; returns it. */
    HttpClient.Builder lendTo(HttpClient.Builder other) {
        return other.sslContext(keyManagers, trustManagers);
    }

    @Override
    public HttpClient build() {
        if (client != null) {
            return new ApiTransport(this, client);
        }
        return new ApiTransport(
                this, loop, server, "https".equalsIgnoreCase(server.getScheme()) ? tls() : null, new AtomicBoolean());
    }

    private SslContext tls() {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (trustManagers != null && trustManagers.length > 0) {
            builder.trustManager(trustManagers[0]);
        }
        if (keyManagers != null && keyManagers.length > 0) {
            builder.keyManager(keyManagers[0]);
        }
        if (tlsVersions != null && tlsVersions.length > 0) {
            builder.protocols(
                    Arrays.stream(tlsVersions).map(TlsVersion::javaName).toList());
        }
        try {
            // Without a list of protocols: whoever is asked for none speaks HTTP/1.1.
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("no TLS with these certificates: " + Failures.reason(e), e);
        }
    }

    @Override
    protected ApiTransportBuilder newInstance(HttpClient.Factory others) {
        return new ApiTransportBuilder(others, loop, server);
    }
}
