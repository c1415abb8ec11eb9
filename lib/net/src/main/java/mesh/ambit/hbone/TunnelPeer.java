package mesh.ambit.hbone;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.PeerCertificate;
import mesh.ambit.tls.Revocations;
import mesh.ambit.tls.VerifiedPeer;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of a tunnel, as TLS has proved it. Nobody is known before the handshake, or without TLS. */
final class TunnelPeer implements AutoCloseable {
    /** Nobody. */
    static final TunnelPeer UNKNOWN = new TunnelPeer(null, null);

    private final @Nullable PeerCertificate certificate;
    private final @Nullable VerifiedPeer verified;
    private Revocations.@Nullable Watch watch;

    private TunnelPeer(@Nullable PeerCertificate certificate, @Nullable VerifiedPeer verified) {
        this.certificate = certificate;
        this.verified = verified;
    }

    /** Returns who has shown a certificate to the TLS handler of this pipeline. */
    static TunnelPeer of(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            return UNKNOWN;
        }
        SSLSession session = tls.engine().getSession();
        return new TunnelPeer(PeerCertificate.of(session), VerifiedPeer.of(session));
    }

    @Nullable
    PeerCertificate certificate() {
        return certificate;
    }

    /** Returns whom the certificate speaks for; null if none of its names parsed. */
    @Nullable
    SpiffeId identity() {
        return certificate == null ? null : certificate.identity();
    }

    /** Has {@code revoked} run, on any thread, if the certificate is revoked before this is closed. */
    void watch(Runnable revoked) {
        if (verified != null) {
            watch = verified.watch(revoked);
        }
    }

    /** Ends the watch. */
    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
