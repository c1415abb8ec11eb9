package mesh.ambit.hbone;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mesh.ambit.tls.PeerCertificate;
import mesh.ambit.tls.Svid;
import org.jspecify.annotations.Nullable;

/** A tunnel and what the pool knows about it. */
final class PooledTunnel {
    /** New streams stay away from a tunnel this long before a certificate ends, or a tenth of its life if that is less. */
    private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(5);

    private final TunnelKey key;
    private final ClientTunnel tunnel;
    private final EventLoop loop;
    private final long unusedNanos;
    private final Consumer<PooledTunnel> onUnused;
    private Instant usableUntil = Instant.MAX;
    private long checkedOutNanos;
    private @Nullable Future<?> timer;
    private @Nullable Channel channel;

    PooledTunnel(
            TunnelKey key,
            ClientTunnel tunnel,
            EventLoop loop,
            Duration unusedRelease,
            Consumer<PooledTunnel> onUnused) {
        this.key = key;
        this.tunnel = tunnel;
        this.loop = loop;
        this.unusedNanos = unusedRelease.toNanos();
        this.onUnused = onUnused;
        this.timer = loop.schedule(this::checkUse, unusedNanos, TimeUnit.NANOSECONDS);
    }

    TunnelKey key() {
        return key;
    }

    ClientTunnel tunnel() {
        return tunnel;
    }

    /** The tunnel has a socket, whose certificate is {@code own}. */
    void connecting(Channel socket, Svid own) {
        channel = socket;
        usableUntil = lastUse(own.notBefore(), own.notAfter());
    }

    void established() {
        PeerCertificate peer = tunnel.peer().certificate();
        if (peer != null) {
            Instant limit = lastUse(peer.notBefore(), peer.notAfter());
            usableUntil = limit.isBefore(usableUntil) ? limit : usableUntil;
        }
    }

    private static Instant lastUse(Instant notBefore, Instant notAfter) {
        Duration tenth = Duration.between(notBefore, notAfter).dividedBy(10);
        return notAfter.minus(tenth.compareTo(EXPIRY_MARGIN) < 0 ? tenth : EXPIRY_MARGIN);
    }

    boolean isUsable(Instant now) {
        return certificatesLast(now) && tunnel.acceptsStreams();
    }

    /** Says whether the certificates of both ends, as far as they are known, are still good for new streams. */
    boolean certificatesLast(Instant now) {
        return now.isBefore(usableUntil);
    }

    void checkedOut() {
        checkedOutNanos = loop.ticker().nanoTime();
    }

    private void checkUse() {
        long unused = loop.ticker().nanoTime() - checkedOutNanos;
        if (unused >= unusedNanos) {
            onUnused.accept(this);
        } else {
            timer = loop.schedule(this::checkUse, unusedNanos - unused, TimeUnit.NANOSECONDS);
        }
    }

    void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** Closes the tunnel, its streams and its requests, whatever state it is in. */
    void close(String why) {
        if (channel == null || !channel.isActive()) {
            tunnel.abort(new TunnelFailure.Closed(why));
            if (channel != null) {
                channel.close();
            }
        } else {
            tunnel.closeNow(why);
        }
    }
}
