package mesh.ambit.ztunnel.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the DNS proxies of pods behave.
 *
 * @param enabled whether pods have one
 * @param address where it listens in a pod; null for both loopback addresses
 * @param port where it listens
 * @param clusterDomain what the names of services end with
 * @param preferredNamespace whose service wins among otherwise equal ones; empty for none
 */
public record DnsSettings(
        boolean enabled, @Nullable InetAddress address, int port, String clusterDomain, String preferredNamespace) {
    /** Where pods' questions are redirected to. */
    public static final int DEFAULT_PORT = 15053;

    private static final InetAddress LOOPBACK_IPV4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_IPV6 = InetAddress.ofLiteral("::1");

    /** Returns where a proxy listens; {@code ipv6} says whether there is an IPv6 loopback. */
    public List<InetSocketAddress> listeners(boolean ipv6) {
        if (address != null) {
            return List.of(new InetSocketAddress(address, port));
        }
        List<InetSocketAddress> listeners = new ArrayList<>();
        listeners.add(new InetSocketAddress(LOOPBACK_IPV4, port));
        if (ipv6) {
            listeners.add(new InetSocketAddress(LOOPBACK_IPV6, port));
        }
        return listeners;
    }
}
