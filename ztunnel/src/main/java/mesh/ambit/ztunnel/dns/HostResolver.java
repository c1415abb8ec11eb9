package mesh.ambit.ztunnel.dns;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import mesh.ambit.model.Workload;

/**
 * Finds addresses for workloads that the control plane describes by a host name only. Asked from our own namespace and
 * with our own {@code resolv.conf}, whichever pod the connection comes from. Thread-safe, and never blocks.
 */
public interface HostResolver extends AutoCloseable {
    /**
     * Returns every address of {@code hostname}, both families; completes on {@code loop}. Counted as one request of
     * {@code source}, whether the answer comes from the cache or not.
     *
     * <p>Fails when there is no address, when the name servers do not answer in time, and when too many questions are
     * under way; the message says which.
     */
    Future<List<InetAddress>> resolve(Workload source, String hostname, EventExecutor loop);

    /** Ends it; what is under way fails. */
    @Override
    void close();

    /**
     * Returns one of {@code addresses}, drawn among those of {@code original}'s family where there are any.
     *
     * @param addresses not empty
     * @param original the address that the application dialled
     */
    static InetAddress pick(List<InetAddress> addresses, InetAddress original, RandomGenerator random) {
        boolean ipv4 = original instanceof Inet4Address;
        List<InetAddress> sameFamily = addresses.stream()
                .filter(address -> address instanceof Inet4Address == ipv4)
                .toList();
        List<InetAddress> candidates = sameFamily.isEmpty() ? addresses : sameFamily;
        return candidates.get(random.nextInt(candidates.size()));
    }
}
