package mesh.ambit.channel;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import mesh.ambit.tls.TlsPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens channels to control planes, all on one event loop of their own: never one of the data path.
 *
 * <p>A channel is one connection's worth: whoever opened it closes it and opens another, so that roots are read again.
 */
public final class ControlPlaneChannels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlaneChannels.class);

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int MAX_MESSAGE_BYTES = 200 * 1024 * 1024;
    private static final long PING_INTERVAL_SECONDS = 30;
    private static final long PING_TIMEOUT_SECONDS = 10;
    private static final int KEEPALIVE_IDLE_SECONDS = 300;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 75;
    private static final int KEEPALIVE_PROBES = 9;

    /** How long channels may take to end once this is closed; whoever opened them is about to end them. */
    private static final long GRACE_MILLIS = 10_000;

    /** Lets channels that have ended finish what they have begun. */
    private static final long QUIET_MILLIS = 50;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("ambit-grpc", true), NioIoHandler.newFactory());

    private final Set<ManagedChannel> opened = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final TlsPolicy policy;

    /** Creates one; its thread starts with the first channel. */
    public ControlPlaneChannels() {
        this(TlsPolicy.DEFAULT);
    }

    /** Creates one whose channels keep {@code policy}. */
    public ControlPlaneChannels(TlsPolicy policy) {
        this.policy = requireNonNull(policy, "policy");
    }

    /**
     * Opens a channel that trusts what the roots of {@code controlPlane} are now. It connects with its first call.
     *
     * @param callbacks runs everything that the channel reports; what it refuses after its end is run where it stands, on
     *     the event loop, because a message that nobody takes would keep its buffers
     * @throws IOException if the roots cannot be read, or the address is not one of TLS
     */
    public ManagedChannel open(ControlPlane controlPlane, Executor callbacks) throws IOException {
        return open(controlPlane, controlPlane.roots().load(), callbacks);
    }

    /** Opens a channel that trusts {@code roots}, whatever those of {@code controlPlane} are. */
    public ManagedChannel open(ControlPlane controlPlane, List<X509Certificate> roots, Executor callbacks)
            throws IOException {
        if (!controlPlane.isSecure()) {
            throw new IOException("invalid URL, scheme is not https: " + controlPlane.address());
        }
        SslContext tls = ClientTls.context(roots, controlPlane.alternativeName(), policy);
        return built(builder(controlPlane, callbacks).sslContext(tls));
    }

    /**
     * Opens a channel without TLS.
     *
     * @throws IllegalArgumentException where that is not allowed
     */
    public ManagedChannel openPlaintext(ControlPlane controlPlane, Executor callbacks) {
        if (!mayBePlaintext(controlPlane)) {
            throw new IllegalArgumentException(controlPlane.host() + " is not a loopback address");
        }
        return built(builder(controlPlane, callbacks).usePlaintext());
    }

    /** Returns whether TLS may be left out: only where nothing leaves this machine. Asks no DNS. */
    public static boolean mayBePlaintext(ControlPlane controlPlane) {
        String host = controlPlane.host();
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private ManagedChannel built(NettyChannelBuilder builder) {
        opened.removeIf(ManagedChannel::isTerminated);
        ManagedChannel channel = builder.build();
        opened.add(channel);
        if (closed.get()) {
            // Perhaps seen too late for the event loop to wait for it.
            channel.shutdownNow();
        }
        return channel;
    }

    private NettyChannelBuilder builder(ControlPlane controlPlane, Executor callbacks) {
        requireNonNull(callbacks, "callbacks");
        return NettyChannelBuilder.forAddress(controlPlane.host(), controlPlane.port())
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .withOption(ChannelOption.SO_KEEPALIVE, true)
                .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEPALIVE_IDLE_SECONDS)
                .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEPALIVE_INTERVAL_SECONDS)
                .withOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEPALIVE_PROBES)
                .keepAliveTime(PING_INTERVAL_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .executor(task -> run(callbacks, task))
                // Not threads that all channels of a process share: those connect from the network namespace of whoever
                // happened to start them.
                .offloadExecutor(task ->
                        Thread.ofPlatform().daemon().name("ambit-grpc-resolve").start(task))
                .intercept(new CallMetadata(controlPlane))
                // Retrying is decided by the callers, who know what was sent.
                .disableRetry()
                .disableServiceConfigLookUp()
                // Traffic of a mesh does not go through the machine's web proxy.
                .proxyDetector(target -> null);
    }

    private static void run(Executor callbacks, Runnable task) {
        try {
            callbacks.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the channel's executor has ended before the channel", e);
            task.run();
        }
    }

    /**
     * Ends the event loop once every channel has ended, or {@value #GRACE_MILLIS} ms later; returns at once. A channel that
     * is opened after this has ended already.
     *
     * <p>Not before them: what is sent on a channel without an event loop is lost with its buffers.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Thread.ofVirtual().name("ambit-grpc-end").start(this::end);
        }
    }

    private void end() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        try {
            for (ManagedChannel channel : opened) {
                if (!channel.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    channel.shutdownNow();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            loop.shutdownGracefully(QUIET_MILLIS, 1_000, TimeUnit.MILLISECONDS);
        }
    }
}
