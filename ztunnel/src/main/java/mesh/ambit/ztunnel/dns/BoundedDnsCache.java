package mesh.ambit.ztunnel.dns;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Netty's cache of addresses with a limit on names: the one unused for longest goes. Confined to one event loop. */
final class BoundedDnsCache implements DnsCache {
    private static final float LOAD_FACTOR = 0.75f;

    private final DnsCache cache;
    private final Map<String, Boolean> names;

    /** Creates one for up to {@code maxNames} names, kept for at most {@code maxTtlSeconds}; failures are not kept. */
    BoundedDnsCache(int maxNames, int maxTtlSeconds) {
        cache = new DefaultDnsCache(0, maxTtlSeconds, 0);
        names = new LinkedHashMap<>(16, LOAD_FACTOR, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                if (size() <= maxNames) {
                    return false;
                }
                cache.clear(eldest.getKey());
                return true;
            }
        };
    }

    @Override
    public void clear() {
        cache.clear();
        names.clear();
    }

    @Override
    public boolean clear(String hostname) {
        names.remove(hostname);
        return cache.clear(hostname);
    }

    @Override
    public @Nullable List<? extends DnsCacheEntry> get(String hostname, DnsRecord @Nullable [] additionals) {
        // The look keeps the name young.
        names.get(hostname);
        return cache.get(hostname, additionals);
    }

    @Override
    public DnsCacheEntry cache(
            String hostname, DnsRecord @Nullable [] additionals, InetAddress address, long ttlSeconds, EventLoop loop) {
        names.put(hostname, true);
        return cache.cache(hostname, additionals, address, ttlSeconds, loop);
    }

    @Override
    public DnsCacheEntry cache(String hostname, DnsRecord @Nullable [] additionals, Throwable failure, EventLoop loop) {
        return cache.cache(hostname, additionals, failure, loop);
    }
}
