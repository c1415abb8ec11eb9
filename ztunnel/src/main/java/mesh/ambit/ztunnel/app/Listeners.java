package mesh.ambit.ztunnel.app;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.linux.SocketOptions;
import mesh.ambit.ztunnel.inpod.PodStartException;

/** The listening sockets of one proxy. They are open at once, and take connections from {@link #begin} on. */
final class Listeners {
    private static final InetAddress ANY_IPV6 = InetAddress.ofLiteral("::");
    private static final InetAddress ANY_IPV4 = InetAddress.ofLiteral("0.0.0.0");

    private final boolean ipv6;
    private final List<Channel> open = new ArrayList<>();

    /** Creates one without listeners; with {@code ipv6} each will take both families. */
    Listeners(boolean ipv6) {
        this.ipv6 = ipv6;
    }

    /** Opens a listener and waits for it; closes those opened before if it fails. Who connects waits for us. */
    void open(ServerBootstrap bootstrap, int port) throws PodStartException {
        open(bootstrap, ipv6 ? ANY_IPV6 : ANY_IPV4, port);
    }

    /** Opens a listener on one address, as {@link #open(ServerBootstrap, int)} does. */
    void open(ServerBootstrap bootstrap, InetAddress address, int port) throws PodStartException {
        InetSocketAddress listener = new InetSocketAddress(address, port);
        ChannelFuture bound =
                bootstrap.option(ChannelOption.AUTO_READ, false).bind(listener).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw BindFailure.of(listener, bound.cause());
        }
        open.add(bound.channel());
    }

    /** Takes connections from now on, first those that have come meanwhile. */
    void begin() {
        open.forEach(channel -> channel.config().setAutoRead(true));
    }

    /** Closes all of them and waits until none takes connections any more. */
    void close() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
        open.clear();
    }

    /** Has a server announce its end; completes when its last tunnel has gone. */
    static CompletionStage<Void> drain(HboneServer server) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        server.drain().addListener(_ -> gone.complete(null));
        return gone;
    }

    /** Returns where an accepted connection was going before it was redirected; where it came to if it was not. */
    static InetSocketAddress originalDestination(Channel accepted) {
        InetSocketAddress original = accepted instanceof UnixChannel unix
                ? SocketOptions.originalDestination(unix.fd().intValue())
                : null;
        return original != null ? original : (InetSocketAddress) accepted.localAddress();
    }
}
