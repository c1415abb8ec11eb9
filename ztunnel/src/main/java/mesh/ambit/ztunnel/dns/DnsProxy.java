package mesh.ambit.ztunnel.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.ztunnel.inpod.LocalWorkload;

/**
 * The DNS proxy of one pod: listeners, connections and the way to the name servers, all on one event loop. Its sockets can
 * be open before it begins; who asks then waits.
 */
public final class DnsProxy {
    private static final int BACKLOG = 128;
    /** A connection on which nothing is asked for this long is closed. */
    private static final int IDLE_SECONDS = 5;

    private static final int MAX_CONNECTIONS = 128;
    /** What a client may send in a datagram; questions are far shorter. */
    private static final int MAX_REQUEST_BYTES = 4096;
    /** So long what has reached our sockets before a drain has to get to us. */
    private static final long LAST_LOOK_MILLIS = 20;

    private final Transport transport;
    private final EventLoop loop;
    private final SocketSpace listening;
    private final DnsService service;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** The three below belong to {@link #loop}. */
    private final Set<Channel> listeners = new HashSet<>();

    private final Set<Channel> others = new HashSet<>();
    private boolean closed;

    /**
     * Creates one that listens nowhere yet. Reads {@code resolv.conf}, so not on an event loop.
     *
     * @param pod whose questions these are
     * @param listening where listeners are made
     * @param outgoing where sockets towards name servers are made
     */
    public DnsProxy(
            DnsContext context, LocalWorkload pod, EventLoop loop, SocketSpace listening, SocketSpace outgoing) {
        this.transport = context.transport();
        this.loop = loop;
        this.listening = listening;
        DnsSettings settings = context.settings();
        Forwarder forwarder = new Forwarder(
                new NameServers(transport, loop, outgoing, context.conf().get(), Messages.PORT),
                new SpecialNames(context.hosts()),
                System::nanoTime);
        this.service = new DnsService(
                loop,
                context.mesh(),
                pod,
                new MeshNames(
                        settings.clusterDomain(),
                        context.searchDomains(),
                        settings.preferredNamespace(),
                        context.ipv6()),
                forwarder,
                context.metrics(),
                System::nanoTime);
    }

    /** Opens a listener for connections. */
    public ChannelFuture listenTcp(InetSocketAddress address) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channelFactory(() -> (ServerChannel) listening.open(() -> transport.newListener(familyOf(address))))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel);
                    }
                })
                .bind(address);
        keep(bound.channel(), listeners);
        return bound;
    }

    /** Opens a listener for datagrams. */
    public ChannelFuture listenUdp(InetSocketAddress address) {
        ChannelFuture bound = new Bootstrap()
                .group(loop)
                .channelFactory(() -> listening.open(() -> transport.newDatagram(familyOf(address))))
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_REQUEST_BYTES))
                .option(ChannelOption.AUTO_READ, false)
                .handler(new UdpRequests(service))
                .bind(address);
        keep(bound.channel(), others);
        return bound;
    }

    /** Answers from now on, first who has asked meanwhile. From any thread. */
    public void begin() {
        run(() -> {
            listeners.forEach(listener -> listener.config().setAutoRead(true));
            others.forEach(socket -> socket.config().setAutoRead(true));
        });
    }

    /**
     * Returns the IPv4 address that the pod would be told over UDP, the first if there are several; fails where it would
     * be told none. Completes on {@code on}. From any thread.
     */
    public Future<InetAddress> address(String name, EventLoop on) {
        Promise<InetAddress> found = on.newPromise();
        DnsName asked = DnsName.tryParse(name);
        if (asked == null) {
            return found.setFailure(new UnknownHostException("not a host name: " + name));
        }
        run(() -> service.answer(DnsQuery.about(new DnsQuestion(asked, RecordType.A)), "udp", answer -> {
            for (DnsRecord record : answer.answers()) {
                InetAddress address = record.address();
                if (address != null) {
                    found.trySuccess(address);
                    return;
                }
            }
            found.tryFailure(new UnknownHostException("no address of " + name));
        }));
        return found;
    }

    /**
     * Takes no more connections, answers what was asked, and completes when everything is closed. Questions in datagrams
     * are answered until then: the kernel hands us some as long as our socket is there.
     */
    public CompletionStage<Void> drain() {
        run(() -> {
            Set.copyOf(listeners).forEach(Channel::close);
            loop.schedule(() -> service.whenIdle(this::close), LAST_LOOK_MILLIS, TimeUnit.MILLISECONDS);
        });
        return drained;
    }

    /** Closes everything at once; what was asked gets no answer. From any thread. */
    public void close() {
        run(() -> {
            closed = true;
            Set.copyOf(listeners).forEach(Channel::close);
            Set.copyOf(others).forEach(Channel::close);
            drained.complete(null);
        });
    }

    private void accepted(Channel connection) {
        if (others.size() >= MAX_CONNECTIONS) {
            connection.close();
            return;
        }
        keep(connection, others);
        connection
                .pipeline()
                .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
                .addLast(new LengthFieldBasedFrameDecoder(Messages.MAX_BYTES + 2, 0, 2, 0, 2))
                .addLast(new TcpRequests(service));
    }

    private void keep(Channel channel, Set<Channel> in) {
        run(() -> {
            if (closed) {
                channel.close();
            } else if (channel.isOpen()) {
                in.add(channel);
                channel.closeFuture().addListener(_ -> in.remove(channel));
            }
        });
    }

    private void run(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and its sockets with it.
            drained.complete(null);
        }
    }

    private static SocketProtocolFamily familyOf(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }
}
