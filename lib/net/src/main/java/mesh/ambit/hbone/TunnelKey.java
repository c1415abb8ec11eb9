package mesh.ambit.hbone;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;
import org.jspecify.annotations.Nullable;

/**
 * What streams must have in common to share a tunnel. The event loop belongs to it too, but each pool has its own.
 *
 * @param source whose certificate we show
 * @param expected whom we accept at the other end, in order
 * @param address where we connect to
 * @param downstream the address that the application's connection came from
 * @param workloadUid the workload at the other end, so that its tunnels can be closed when it goes; may be empty
 */
public record TunnelKey(
        SpiffeId source, ExpectedSans expected, InetSocketAddress address, InetAddress downstream, String workloadUid) {
    public TunnelKey {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(downstream, "downstream");
        Objects.requireNonNull(workloadUid, "workloadUid");
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof TunnelKey other
                && source.equals(other.source)
                && expected.equals(other.expected)
                && address.equals(other.address)
                && downstream.equals(other.downstream)
                && workloadUid.equals(other.workloadUid);
    }

    @Override
    public int hashCode() {
        int result = source.hashCode();
        result = 31 * result + address.hashCode();
        result = 31 * result + downstream.hashCode();
        result = 31 * result + workloadUid.hashCode();
        return result;
    }
}
