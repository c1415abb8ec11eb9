package mesh.ambit.ztunnel.dns;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mesh.ambit.model.Workload;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.OnDemandDnsMetrics;
import mesh.ambit.telemetry.WorkloadLabels;
import org.jspecify.annotations.Nullable;

/**
 * The process's resolver: Netty's, on an event loop of its own whose thread starts with the first question, since most
 * meshes never ask one. Search list, {@code ndots} and the {@code hosts} file count, unlike in the proxies of pods.
 */
public final class SystemHostResolver implements HostResolver {
    /** As many names as upstream keeps. */
    static final int MAX_CACHED_NAMES = 4096;

    private static final int MAX_TTL_SECONDS = 86_400;
    private static final int MAX_UNDER_WAY = 1024;
    /** For one host name, search list and both families together. */
    private static final int MAX_QUERIES = 64;

    private final Transport transport;
    private final Supplier<ResolvConf> conf;
    private final int port;
    private final ResolvedAddressTypes families;
    private final OnDemandDnsMetrics metrics;
    private final EventLoopGroup group;
    private final EventLoop loop;

    /** The three below belong to {@link #loop}. */
    private @Nullable DnsNameResolver resolver;

    private int underWay;
    private boolean closed;

    /**
     * Creates one; {@code conf} is read with the first question.
     *
     * @param ipv6 whether IPv6 addresses are asked for too
     */
    public SystemHostResolver(
            Transport transport, Supplier<ResolvConf> conf, boolean ipv6, OnDemandDnsMetrics metrics) {
        this(transport, conf, Messages.PORT, ipv6, metrics);
    }

    /** As the public one, with name servers on another port. */
    SystemHostResolver(
            Transport transport, Supplier<ResolvConf> conf, int port, boolean ipv6, OnDemandDnsMetrics metrics) {
        this.transport = transport;
        this.conf = conf;
        this.port = port;
        this.families = ipv6 ? ResolvedAddressTypes.IPV4_PREFERRED : ResolvedAddressTypes.IPV4_ONLY;
        this.metrics = metrics;
        this.group = transport.group(1, "ambit-resolver");
        this.loop = group.next();
    }

    @Override
    public Future<List<InetAddress>> resolve(Workload source, String hostname, EventExecutor caller) {
        metrics.asked(WorkloadLabels.of(source), source.hasIdentity() ? source.identity() : null, hostname);
        Promise<List<InetAddress>> promise = caller.newPromise();
        try {
            loop.execute(() -> ask(hostname, promise));
        } catch (RejectedExecutionException e) {
            promise.tryFailure(e);
        }
        return promise;
    }

    private void ask(String hostname, Promise<List<InetAddress>> promise) {
        assert loop.inEventLoop();
        if (closed || underWay >= MAX_UNDER_WAY) {
            promise.tryFailure(new UnknownHostException(
                    hostname + (closed ? ": shutting down" : ": more than " + MAX_UNDER_WAY + " lookups under way")));
            return;
        }
        if (resolver == null) {
            resolver = newResolver(conf.get());
        }
        underWay++;
        resolver.resolveAll(hostname).addListener((Future<List<InetAddress>> done) -> {
            underWay--;
            if (done.isSuccess()) {
                promise.trySuccess(done.getNow());
            } else {
                promise.tryFailure(done.cause());
            }
        });
    }

    private DnsNameResolver newResolver(ResolvConf conf) {
        List<InetSocketAddress> servers = conf.nameservers().stream()
                .map(server -> new InetSocketAddress(server, port))
                .toList();
        boolean ipv4 = conf.nameservers().stream().allMatch(Inet4Address.class::isInstance);
        SocketProtocolFamily family = ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(() -> transport.newDatagram(family))
                .socketChannelFactory(transport::newSocket)
                .nameServerProvider(new SequentialDnsServerAddressStreamProvider(servers))
                .searchDomains(conf.search())
                .ndots(conf.ndots())
                .optResourceEnabled(conf.edns0())
                .queryTimeoutMillis(conf.timeout().toMillis())
                .maxQueriesPerResolve(MAX_QUERIES)
                .resolvedAddressTypes(families)
                .completeOncePreferredResolved(false)
                .resolveCache(new BoundedDnsCache(MAX_CACHED_NAMES, MAX_TTL_SECONDS))
                .cnameCache(NoopDnsCnameCache.INSTANCE)
                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                .decodeIdn(false)
                .build();
    }

    @Override
    public void close() {
        try {
            loop.execute(() -> {
                closed = true;
                if (resolver != null) {
                    resolver.close();
                }
            });
        } catch (RejectedExecutionException _) {
            return; // Closed before.
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
