package mesh.ambit.ztunnel.dns;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import mesh.ambit.model.Workload;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.OnDemandDnsMetrics;
import mesh.ambit.telemetry.WorkloadLabels;
import org.jspecify.annotations.Nullable;

/**
 * The process's resolver, on an event loop of its own whose thread starts with the first question, since most meshes never
 * ask one. Search list, {@code ndots} and the {@code hosts} file count.
 */
public final class SystemHostResolver implements HostResolver {
    /** As many names as upstream keeps. */
    private static final int MAX_CACHED_ANSWERS = 4096;

    private static final long MAX_CACHED_BYTES = 4 << 20;

    private final Transport transport;
    private final Supplier<ResolvConf> conf;
    private final Function<String, List<InetAddress>> hosts;
    private final int port;
    private final boolean ipv6;
    private final OnDemandDnsMetrics metrics;
    private final EventLoopGroup group;
    private final EventLoop loop;

    /** The three below belong to {@link #loop}. */
    private @Nullable Asker asker;

    /** The hosts asked for, by who waits for the answer. */
    private final Map<Promise<List<InetAddress>>, String> waiting = new HashMap<>();

    private boolean closed;

    /**
     * How names are asked for.
     *
     * @param search domains to try
     * @param ndots from how many dots on a name is tried as it is first
     */
    private record Asker(Forwarder forwarder, List<String> search, int ndots) {}

    /**
     * Creates one; {@code conf} is read with the first question.
     *
     * @param hosts addresses of a lower-case name without its final dot in the {@code hosts} file
     * @param ipv6 whether IPv6 addresses are asked for too
     */
    public SystemHostResolver(
            Transport transport,
            Supplier<ResolvConf> conf,
            Function<String, List<InetAddress>> hosts,
            boolean ipv6,
            OnDemandDnsMetrics metrics) {
        this(transport, conf, hosts, Messages.PORT, ipv6, metrics);
    }

    /** As the public one, with name servers on another port. */
    SystemHostResolver(
            Transport transport,
            Supplier<ResolvConf> conf,
            Function<String, List<InetAddress>> hosts,
            int port,
            boolean ipv6,
            OnDemandDnsMetrics metrics) {
        this.transport = transport;
        this.conf = conf;
        this.hosts = hosts;
        this.port = port;
        this.ipv6 = ipv6;
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
        if (closed) {
            fail(promise, hostname, "shutting down");
            return;
        }
        InetAddress literal = literal(hostname);
        if (literal != null) {
            promise.trySuccess(List.of(literal));
            return;
        }
        if (asker == null) {
            ResolvConf read = conf.get();
            NameServers servers = new NameServers(transport, loop, SocketSpace.HERE, read, port);
            Forwarder forwarder = new Forwarder(
                    servers, new SpecialNames(hosts), System::nanoTime, MAX_CACHED_ANSWERS, MAX_CACHED_BYTES);
            asker = new Asker(forwarder, read.search(), read.ndots());
        }
        waiting.put(promise, hostname);
        tryNext(
                asker.forwarder(),
                names(hostname, asker.search(), asker.ndots()),
                0,
                "not a host name",
                hostname,
                promise);
    }

    /** Asks for the name at {@code index}, and for the next one when that has no address. */
    private void tryNext(
            Forwarder forwarder,
            List<DnsName> names,
            int index,
            String why,
            String hostname,
            Promise<List<InetAddress>> promise) {
        if (index == names.size()) {
            fail(promise, hostname, why);
            return;
        }
        DnsName name = names.get(index);
        Future<Resolution> ipv4 = forwarder.resolve(new DnsQuestion(name, RecordType.A));
        Future<Resolution> other = ipv6 ? forwarder.resolve(new DnsQuestion(name, RecordType.AAAA)) : ipv4;
        ipv4.addListener((Future<Resolution> first) -> other.addListener((Future<Resolution> second) -> {
            Set<InetAddress> addresses = new LinkedHashSet<>();
            addTo(addresses, first.getNow());
            addTo(addresses, second.getNow());
            if (addresses.isEmpty()) {
                String failure = first.getNow().failure();
                tryNext(forwarder, names, index + 1, failure == null ? why : failure, hostname, promise);
            } else {
                waiting.remove(promise);
                promise.trySuccess(List.copyOf(addresses));
            }
        }));
    }

    private static void addTo(Set<InetAddress> addresses, Resolution resolution) {
        for (DnsRecord record : resolution.answers()) {
            InetAddress address = record.address();
            if (address != null) {
                addresses.add(address);
            }
        }
    }

    /** Returns the full names that a host name may stand for, in the order in which they are tried. */
    static List<DnsName> names(String hostname, List<String> search, int ndots) {
        List<String> texts = new ArrayList<>();
        long dots = hostname.chars().filter(c -> c == '.').count();
        boolean full = hostname.endsWith(".");
        if (full || dots >= ndots) {
            texts.add(hostname);
        }
        if (!full) {
            search.forEach(domain -> texts.add(hostname + "." + domain));
            if (dots < ndots) {
                texts.add(hostname);
            }
        }
        List<DnsName> names = new ArrayList<>();
        for (String text : texts) {
            DnsName name = DnsName.tryParse(text);
            if (name != null && !names.contains(name.lower())) {
                names.add(name.lower());
            }
        }
        return names;
    }

    private static @Nullable InetAddress literal(String hostname) {
        try {
            return InetAddress.ofLiteral(hostname);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void fail(Promise<List<InetAddress>> promise, String hostname, String why) {
        waiting.remove(promise);
        promise.tryFailure(new NoReplyException(Messages.SERVFAIL, "no address for " + hostname + ": " + why));
    }

    @Override
    public void close() {
        try {
            loop.execute(() -> {
                closed = true;
                Map.copyOf(waiting).forEach((promise, hostname) -> fail(promise, hostname, "shutting down"));
            });
        } catch (RejectedExecutionException e) {
            return; // Closed before.
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
