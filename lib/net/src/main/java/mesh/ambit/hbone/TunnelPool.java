package mesh.ambit.hbone;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import mesh.ambit.tls.TlsContexts;

/**
 * The client's tunnels of one pod on one event loop.
 *
 * <p>Streams with the same key share a tunnel, up to {@link TunnelSettings#maxStreamsPerTunnel()}; a full tunnel leaves
 * the pool for good. Requests that come while a tunnel is being made wait for it. A tunnel that has received GOAWAY,
 * whose PING is unanswered, or whose certificates are about to end gets no new streams; those it has go on.
 *
 * <p>Confined to its event loop: every method is called there.
 */
public final class TunnelPool {
    /** Beyond this the tunnel least recently asked for is forgotten. The reference's bound. */
    static final int MAX_POOLED = 500;

    private final EventLoop loop;
    private final TunnelDialer dialer;
    private final TunnelSettings settings;
    private final TunnelGuards guards;
    private final InstantSource clock;
    private final ClientTunnel.Owner owner = new TunnelEvents();

    /** The tunnel that the next request for a key uses, least recently used first. */
    private final LinkedHashMap<TunnelKey, PooledTunnel> pooled = new LinkedHashMap<>(16, 0.75f, true);

    /** Every tunnel from its first moment to its last, those that the pool has forgotten included. */
    private final Map<ClientTunnel, PooledTunnel> open = new HashMap<>();

    /** How many are open, for other threads. */
    private volatile int openCount;

    private boolean draining;
    private boolean closed;

    /**
     * Makes an empty pool.
     *
     * @param dialer makes the sockets: its group is the pool's one event loop, and its channel factory, options and
     *     attributes are used as they are, except for what a tunnel needs: handler, reads, write marks, connect timeout
     */
    public TunnelPool(
            Bootstrap dialer, TlsContexts tls, TunnelSettings settings, TunnelGuards guards, InstantSource clock) {
        if (!(dialer.config().group() instanceof EventLoop single)) {
            throw new IllegalArgumentException(
                    "dialer's group: " + dialer.config().group() + " (expected: one event loop)");
        }
        this.loop = single;
        this.dialer = new TunnelDialer(dialer, tls, guards.handshakeTimeout(), settings.care());
        this.guards = guards;
        this.settings = Objects.requireNonNull(settings, "settings");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /** Makes an empty pool without guards. */
    public TunnelPool(Bootstrap dialer, TlsContexts tls, TunnelSettings settings, InstantSource clock) {
        this(dialer, tls, settings, TunnelGuards.NONE, clock);
    }

    /**
     * Asks for a stream to {@code authority} over a tunnel for {@code key}; {@code svids} is asked only for a new
     * tunnel. The future fails with a {@link TunnelException}, and never otherwise. Cancelling it gives up the request.
     * Whoever takes the stream calls {@link HboneStream#receive} in the same turn, or resets it.
     */
    public Future<HboneStream> connect(TunnelKey key, SvidSource svids, String authority, HeaderFields headers) {
        assert loop.inEventLoop();
        Promise<HboneStream> promise = loop.newPromise();
        request(new PendingConnect(key, svids, authority, headers, promise));
        return promise;
    }

    private void request(PendingConnect request) {
        if (closed) {
            request.fail(new TunnelFailure.Closed("pool closed"));
            return;
        }
        if (!request.mayTry()) {
            request.fail(new TunnelFailure.Http2Failed("h2 failed: not processed before GOAWAY"));
            return;
        }
        PooledTunnel tunnel = pooled.get(request.key());
        if (tunnel != null && !tunnel.isUsable(clock.instant())) {
            forget(tunnel);
            tunnel = null;
        }
        if (tunnel == null) {
            tunnel = open(request);
        }
        tunnel.checkedOut();
        tunnel.tunnel().request(request);
        if (draining || tunnel.tunnel().load() >= settings.maxStreamsPerTunnel()) {
            forget(tunnel);
        }
    }

    private PooledTunnel open(PendingConnect request) {
        ClientTunnel tunnel = new ClientTunnel(settings, guards, owner);
        PooledTunnel entry = new PooledTunnel(request.key(), tunnel, loop, settings.unusedRelease(), this::forget);
        open.put(tunnel, entry);
        openCount = open.size();
        pooled.put(request.key(), entry);
        if (pooled.size() > MAX_POOLED) {
            forget(pooled.firstEntry().getValue());
        }
        // Always in a task: an event of this turn may still speak of the descriptor number that a new socket is given.
        request.svids().fetch().whenComplete((svid, failure) -> loop.execute(() -> dialer.dial(entry, svid, failure)));
        return entry;
    }

    /** Takes a tunnel out of reach of new requests; it closes with its last stream. */
    private void forget(PooledTunnel tunnel) {
        pooled.remove(tunnel.key(), tunnel);
        tunnel.stopTimer();
        tunnel.tunnel().release();
    }

    /**
     * Leaves the tunnels to workloads that are {@code gone}: no new streams; idle ones close at once, the others when
     * their streams end, or as soon as their peer does not answer any more. A tunnel never outlives its workload.
     */
    public void leave(Predicate<TunnelKey> gone) {
        assert loop.inEventLoop();
        for (PooledTunnel tunnel : List.copyOf(open.values())) {
            if (gone.test(tunnel.key())) {
                forget(tunnel);
                tunnel.tunnel().workloadGone("workload " + tunnel.key().workloadUid() + " is gone");
            }
        }
    }

    /** Says whether there is no tunnel at all. From any thread. */
    public boolean isEmpty() {
        return openCount == 0;
    }

    /** Keeps no tunnel any longer than its streams need it; requests are still served. */
    public void drain() {
        assert loop.inEventLoop();
        draining = true;
        for (PooledTunnel tunnel : List.copyOf(pooled.values())) {
            forget(tunnel);
        }
    }

    /** Closes all tunnels and streams at once; later requests fail with {@link TunnelFailure.Closed}. */
    public void close() {
        assert loop.inEventLoop();
        closed = true;
        for (PooledTunnel tunnel : new ArrayList<>(open.values())) {
            tunnel.close("pool closed");
        }
    }

    /** Returns how many tunnels are open, those outside the pool's reach included. */
    public int openTunnels() {
        assert loop.inEventLoop();
        return open.size();
    }

    /** Returns how many tunnels are there for new requests. */
    int pooledTunnels() {
        assert loop.inEventLoop();
        return pooled.size();
    }

    private final class TunnelEvents implements ClientTunnel.Owner {
        @Override
        public void onUnusable(ClientTunnel tunnel) {
            PooledTunnel entry = open.get(tunnel);
            if (entry != null) {
                forget(entry);
            }
        }

        @Override
        public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {
            request(request);
        }

        @Override
        public boolean certificatesLast(ClientTunnel tunnel) {
            PooledTunnel entry = open.get(tunnel);
            return entry == null || entry.certificatesLast(clock.instant());
        }

        @Override
        public void onEstablished(ClientTunnel tunnel) {
            PooledTunnel entry = open.get(tunnel);
            if (entry != null) {
                entry.established();
            }
        }

        @Override
        public void onGone(ClientTunnel tunnel) {
            PooledTunnel entry = open.remove(tunnel);
            openCount = open.size();
            if (entry != null) {
                pooled.remove(entry.key(), entry);
                entry.stopTimer();
            }
        }
    }
}
