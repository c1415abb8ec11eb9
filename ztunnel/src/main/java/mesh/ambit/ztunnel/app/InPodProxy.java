package mesh.ambit.ztunnel.app;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.hbone.TunnelPool;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.ztunnel.inbound.ApplicationDialer;
import mesh.ambit.ztunnel.inbound.HboneRequests;
import mesh.ambit.ztunnel.inbound.InboundContext;
import mesh.ambit.ztunnel.inbound.PlaintextCapture;
import mesh.ambit.ztunnel.inbound.PolicyWatch;
import mesh.ambit.ztunnel.inpod.Backlog;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import mesh.ambit.ztunnel.inpod.Pod;
import mesh.ambit.ztunnel.inpod.PodSockets;
import mesh.ambit.ztunnel.inpod.PodStartException;
import mesh.ambit.ztunnel.inpod.Ports;
import mesh.ambit.ztunnel.inpod.Transparency;
import mesh.ambit.ztunnel.outbound.Departures;
import mesh.ambit.ztunnel.outbound.OutboundCapture;
import mesh.ambit.ztunnel.outbound.OutboundContext;
import mesh.ambit.ztunnel.outbound.SocksCapture;

/** The proxy of one pod: its listeners in its namespace, and what they accepted. */
final class InPodProxy implements OwnProxy {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** How long the event loops are given to tell their connections. */
    private static final long VIEW_PATIENCE_SECONDS = 2;

    private final DataPlane plane;
    private final LocalWorkload local;
    private final LiveConnections connections;
    private final PolicyWatch watch;
    private final HboneServer server;
    private final Listeners listeners;
    private final PodDns dns;
    private final IdentityHashMap<EventExecutor, TunnelPool> pools = new IdentityHashMap<>();

    /** Those of the SOCKS5 port, which shares none with captured connections; empty without one. */
    private final IdentityHashMap<EventExecutor, TunnelPool> socksPools = new IdentityHashMap<>();

    private final Consumer<Departures> departed = this::leave;
    private volatile boolean draining;

    private InPodProxy(DataPlane plane, WorkloadInfo info, PodSockets sockets) throws PodStartException {
        this.plane = plane;
        this.local = new LocalWorkload(plane.mesh(), info, plane.settings().node());
        this.connections = new LiveConnections(plane.loops(), plane.limits());
        this.listeners = new Listeners(plane.settings().ipv6());
        Transparency hbone = new Transparency(plane.settings().originalSource());
        Transparency plaintext = new Transparency(plane.settings().originalSource());
        InboundContext inbound = inbound(sockets, hbone);
        this.watch = new PolicyWatch(inbound);
        this.server = new HboneServer(
                new LocalCertificates(local, plane.loops(), plane.certificates()),
                plane.tls(),
                plane.settings().tunnels(),
                plane.limits().tunnelGuards(),
                plane.clock(),
                new HboneRequests(inbound));
        for (EventExecutor loop : plane.loops()) {
            pools.put(loop, pool((EventLoop) loop, sockets.outgoing()));
            if (plane.outbound().settings().socks()) {
                socksPools.put(loop, pool((EventLoop) loop, sockets.outgoing()));
            }
        }
        plane.departures().watch(departed);
        this.dns = new PodDns(
                plane.dns(),
                local,
                plane.loops().next(),
                sockets,
                plane.settings().reusePort());
        try {
            dns.listen();
            if (plane.settings().proxy()) {
                listen(sockets, hbone, plaintext);
            }
        } catch (PodStartException | RuntimeException e) {
            listeners.close();
            dns.close();
            release();
            throw e;
        }
    }

    /** Opens the listeners in upstream's order: who waits for 15001 finds the others open. */
    private void listen(PodSockets sockets, Transparency hbone, Transparency plaintext) throws PodStartException {
        listen(sockets, hbone, false, counted(server.initializer()), Ports.INBOUND_HBONE);
        listen(
                sockets,
                plaintext,
                true,
                new PlaintextCapture(inbound(sockets, plaintext), Listeners::originalDestination),
                Ports.INBOUND_PLAINTEXT);
        listen(
                sockets,
                new Transparency(plane.settings().originalSource()),
                true,
                new OutboundCapture(outbound(sockets, pools)),
                Ports.OUTBOUND);
        if (plane.outbound().settings().socks()) {
            listenForSocks(sockets);
        }
    }

    /** Opens the listeners of {@code pod}, and begins. */
    static InPodProxy start(DataPlane plane, Pod pod) throws PodStartException {
        if (plane.settings().reusePort()) {
            Backlog.handOn(pod.netns());
        }
        InPodProxy proxy = open(
                plane,
                pod.info(),
                new PodSockets(
                        pod.netns(), plane.settings().mark(), plane.settings().nearby()));
        proxy.begin();
        return proxy;
    }

    /** Opens the listeners of the only workload that we serve, in our own namespace. */
    static InPodProxy openHere(DataPlane plane, WorkloadInfo info) throws PodStartException {
        return open(
                plane,
                info,
                PodSockets.here(plane.settings().mark(), plane.settings().nearby()));
    }

    private static InPodProxy open(DataPlane plane, WorkloadInfo info, PodSockets sockets) throws PodStartException {
        try {
            return new InPodProxy(plane, info, sockets);
        } catch (RuntimeException e) {
            throw new PodStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private void listen(
            PodSockets sockets,
            Transparency transparency,
            boolean keepalive,
            ChannelInitializer<Channel> accepted,
            int port)
            throws PodStartException {
        SocketSpace space = sockets.listening(plane.settings().reusePort(), transparency, port == Ports.OUTBOUND);
        listeners.open(
                plane.transport()
                        .listener(
                                plane.loops(),
                                space,
                                keepalive,
                                plane.settings().ipv6())
                        // A tunnel has no halves: a peer that is done with it, even unfinished, is gone.
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, port != Ports.INBOUND_HBONE)
                        .handler(plane.limits()
                                .acceptGuard(port == Ports.OUTBOUND ? Direction.OUTBOUND : Direction.INBOUND))
                        .childHandler(accepted),
                port);
    }

    private void listenForSocks(PodSockets sockets) throws PodStartException {
        SocketSpace space = sockets.listening(
                plane.settings().reusePort(), new Transparency(plane.settings().originalSource()), true);
        listeners.open(
                plane.transport()
                        .listener(plane.loops(), space, false, false)
                        .handler(plane.limits().acceptGuard(Direction.OUTBOUND))
                        .childHandler(new SocksCapture(outbound(sockets, socksPools), dns.names())),
                LOOPBACK,
                Ports.SOCKS);
    }

    private TunnelPool pool(EventLoop loop, SocketSpace space) {
        return new TunnelPool(
                plane.transport().connector(loop, plane.limits().overload().watched(space)),
                plane.tls(),
                plane.settings().tunnels(),
                plane.limits().tunnelGuards(),
                plane.clock());
    }

    private OutboundContext outbound(PodSockets sockets, IdentityHashMap<EventExecutor, TunnelPool> tunnels) {
        return new OutboundContext(
                plane.outbound(),
                plane.mesh(),
                local,
                connections,
                plane.telemetry(),
                identity -> () -> plane.certificates().apply(identity),
                loop -> requireNonNull(tunnels.get(loop), "a loop of ours"),
                loop -> plane.transport()
                        .connector(loop, plane.limits().overload().watched(sockets.outgoing())),
                Listeners::originalDestination,
                ThreadLocalRandom::current);
    }

    private InboundContext inbound(PodSockets sockets, Transparency transparency) {
        ApplicationDialer dialer = new ApplicationDialer(
                loop -> plane.transport()
                        .connector(loop, plane.limits().overload().watched(sockets.inward())),
                loop -> plane.transport()
                        .connector(loop, plane.limits().overload().watched(sockets.spoofing())));
        return plane.inbound(local, connections, dialer, transparency::isGranted);
    }

    /** Counts the sockets of tunnels as those of captured connections are counted. */
    private ChannelInitializer<Channel> counted(ChannelInitializer<Channel> tunnels) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                plane.telemetry().socketOpened(Direction.INBOUND);
                channel.closeFuture().addListener(_ -> plane.telemetry().socketClosed(Direction.INBOUND));
                channel.pipeline().addLast(tunnels);
            }
        };
    }

    @Override
    public void begin() {
        dns.begin();
        listeners.begin();
    }

    /** Collects what people are shown of the connections; of none where the event loops do not answer in time. */
    CompletableFuture<List<LiveConnections.View>> views() {
        return connections
                .views()
                .toCompletableFuture()
                .completeOnTimeout(List.of(), VIEW_PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public int connectionCount() {
        return connections.count();
    }

    @Override
    public CompletionStage<Void> drain() {
        draining = true;
        listeners.close();
        CompletionStage<Void> lastNames = dns.drain();
        onEveryLoop(TunnelPool::drain);
        return connections
                .settled()
                .thenCompose(_ -> Listeners.drain(server))
                .thenCompose(_ -> connections.whenEmpty())
                .thenCompose(_ -> lastNames)
                .thenRun(this::release);
    }

    @Override
    public void close() {
        listeners.close();
        dns.close();
        connections.forEach(connection -> connection.cut(draining ? CutReason.DRAIN : CutReason.WORKLOAD_GONE));
        server.close();
        onEveryLoop(TunnelPool::close);
        release();
    }

    private void leave(Departures departures) {
        forEachPool((loop, pool) -> {
            if (!pool.isEmpty()) {
                loop.execute(() -> pool.leave(departures::concern));
            }
        });
    }

    private void release() {
        plane.departures().unwatch(departed);
        watch.close();
        local.close();
    }

    private void onEveryLoop(Consumer<TunnelPool> action) {
        forEachPool((loop, pool) -> loop.execute(() -> action.accept(pool)));
    }

    private void forEachPool(BiConsumer<EventExecutor, TunnelPool> action) {
        pools.forEach(action);
        socksPools.forEach(action);
    }
}
