package mesh.ambit.hbone;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import mesh.ambit.tls.AlpnGate;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import org.jspecify.annotations.Nullable;

/**
 * Turns accepted connections into tunnels and hands each request to a {@link ConnectHandler}: the HBONE side of one
 * pod, across all event loops. Thread-safe.
 */
public final class HboneServer {
    /** How long a refused client's first words are waited for; they come right behind its connection. */
    private static final long HELLO_MILLIS = 20;

    /** A certificate that takes longer than this was waited for. */
    private static final long WAITED_MILLIS = 1_000;

    private final SvidSource svids;
    private final TlsContexts tls;
    private final TunnelSettings settings;
    private final TunnelGuards guards;
    private final InstantSource clock;
    private final ConnectHandler handler;

    /** Every accepted connection from its first moment to its last. */
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /** How many connections are on their way to becoming tunnels. */
    private final AtomicInteger handshakes = new AtomicInteger();

    private volatile boolean draining;
    private volatile boolean closed;

    /** Makes a server; {@code svids} is asked for each accepted connection. */
    public HboneServer(
            SvidSource svids,
            TlsContexts tls,
            TunnelSettings settings,
            TunnelGuards guards,
            InstantSource clock,
            ConnectHandler handler) {
        this.svids = Objects.requireNonNull(svids, "svids");
        this.tls = Objects.requireNonNull(tls, "tls");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.guards = Objects.requireNonNull(guards, "guards");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    /** Makes a server without guards. */
    public HboneServer(
            SvidSource svids, TlsContexts tls, TunnelSettings settings, InstantSource clock, ConnectHandler handler) {
        this(svids, tls, settings, TunnelGuards.NONE, clock, handler);
    }

    /** Returns the child handler for the listener's bootstrap. Sharable. */
    public ChannelInitializer<Channel> initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                admit(channel);
            }
        };
    }

    private void admit(Channel channel) {
        // Nothing is read before there is a certificate to answer with.
        channel.config().setAutoRead(false);
        TunnelSockets.tune(channel);
        TunnelSockets.connected(channel, settings.care());
        connections.add(channel);
        if (closed) {
            channel.close();
            return;
        }
        Runnable settled = beginHandshake(channel);
        if (settled == null) {
            guards.observer().onHandshakeRefused();
            channel.close();
            return;
        }
        EventLoop loop = channel.eventLoop();
        long admitted = loop.ticker().nanoTime();
        svids.fetch().whenComplete((svid, failure) -> {
            if (loop.inEventLoop()) {
                secure(channel, admitted, svid, failure, settled);
            } else {
                loop.execute(() -> secure(channel, admitted, svid, failure, settled));
            }
        });
    }

    /** Counts a handshake, and returns what to call when it is over; null if there are too many. On its loop. */
    private @Nullable Runnable beginHandshake(Channel channel) {
        if (handshakes.incrementAndGet() > guards.maxHandshakes() && guards.maxHandshakes() > 0) {
            handshakes.decrementAndGet();
            return null;
        }
        Runnable settled = new Runnable() {
            private boolean done;

            @Override
            public void run() {
                if (!done) {
                    done = true;
                    handshakes.decrementAndGet();
                }
            }
        };
        channel.closeFuture().addListener(_ -> settled.run());
        return settled;
    }

    private void secure(
            Channel channel, long admitted, @Nullable Svid svid, @Nullable Throwable failure, Runnable settled) {
        if (!channel.isOpen()) {
            return;
        }
        if (svid == null) {
            refuse(channel, admitted, failure == null ? "no certificate" : FailureText.of(failure));
            return;
        }
        ServerTunnel tunnel = new ServerTunnel(settings, guards, clock, handler);
        SslHandler ssl;
        try {
            long patienceMillis = guards.handshakeTimeout().toMillis();
            ssl = tls.serverHandler(svid, channel.alloc());
            ssl.setHandshakeTimeoutMillis(patienceMillis);
        } catch (RuntimeException e) {
            // Whatever it is: the certificate's future would keep it to itself, and the client would wait for ever.
            refuse(channel, admitted, FailureText.of(e));
            return;
        }
        ssl.handshakeFuture().addListener(_ -> settled.run());
        channel.pipeline().addLast(new AlpnGate(), ssl, tunnel);
        if (draining) {
            tunnel.drain();
        }
        channel.config().setAutoRead(true);
    }

    /**
     * Closes a connection for which there is no certificate. Whoever has waited learns it by a reset, because what it
     * said stays unread, as from the reference; an end at once is an orderly one.
     */
    private void refuse(Channel channel, long admitted, String why) {
        handler.onHandshakeFailed(
                Addresses.of(channel.remoteAddress()),
                Addresses.of(channel.localAddress()),
                new TunnelFailure.NoCertificate(why));
        if (channel.eventLoop().ticker().nanoTime() - admitted > TimeUnit.MILLISECONDS.toNanos(WAITED_MILLIS)) {
            channel.close();
        } else {
            closeHeard(channel);
        }
    }

    /** Closes after what the peer has said by now, so that it sees an end and not a reset of what was left unread. */
    private static void closeHeard(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                ReferenceCountUtil.release(msg);
                ctx.close();
            }
        });
        channel.eventLoop().schedule(() -> channel.close(), HELLO_MILLIS, TimeUnit.MILLISECONDS);
        channel.read();
    }

    /**
     * Announces the end to all peers with two GOAWAYs; streams that are open or arrive until the final GOAWAY are
     * served. A tunnel closes with its last stream. The future completes when no connection is left. Close the listener
     * first.
     */
    public Future<?> drain() {
        draining = true;
        forEach((_, tunnel) -> {
            if (tunnel != null) {
                tunnel.drain();
            }
        });
        return allClosed();
    }

    /** Closes all tunnels at once, after trying one GOAWAY; their streams are lost. Later connections are closed too. */
    public Future<?> close() {
        closed = true;
        forEach((channel, tunnel) -> {
            if (tunnel == null) {
                channel.close();
            } else {
                tunnel.closeNow("server closed");
            }
        });
        return allClosed();
    }

    /** Returns how many connections are open. */
    public int openTunnels() {
        return connections.size();
    }

    private Future<?> allClosed() {
        Promise<Void> done = GlobalEventExecutor.INSTANCE.newPromise();
        connections.newCloseFuture().addListener(_ -> done.setSuccess(null));
        return done;
    }

    /** Runs {@code action} for each connection on its loop; it may not have a tunnel yet. */
    private void forEach(BiConsumer<Channel, @Nullable ServerTunnel> action) {
        for (Channel channel : connections) {
            channel.eventLoop()
                    .execute(() -> action.accept(channel, channel.pipeline().get(ServerTunnel.class)));
        }
    }
}
