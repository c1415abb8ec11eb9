package mesh.ambit.hbone;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLException;

/**
 * A failure of TLS after its handshake that Netty keeps to itself: to a record that cannot be decrypted its engine for
 * BoringSSL sends an alert, and forgets the error over it. Nobody would learn of it, and the connection stay open for as
 * long as its peer likes.
 */
final class TlsFailure {
    private TlsFailure() {}

    /**
     * Says whether the TLS of this connection takes nothing more from the peer. Asked when something came that TLS made
     * nothing of: mostly the first part of a record.
     */
    static boolean isHidden(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null || !(tls.engine() instanceof ReferenceCountedOpenSslEngine engine)) {
            return false;
        }
        long ssl = engine.sslPointer();
        return ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
    }

    static SSLException exception() {
        return new SSLException("cannot decrypt peer's message");
    }
}
