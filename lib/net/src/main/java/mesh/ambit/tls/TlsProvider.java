package mesh.ambit.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Which library does TLS. */
public enum TlsProvider {
    /** BoringSSL through netty-tcnative. */
    BORINGSSL(SslProvider.OPENSSL),
    /** The JDK's own, where no native library loads: slower, otherwise alike. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /** Returns the fastest provider that works on this machine. */
    public static TlsProvider best() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    SslProvider netty() {
        return netty;
    }
}
