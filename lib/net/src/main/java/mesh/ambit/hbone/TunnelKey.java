package mesh.ambit.hbone;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.ExpectedSans;

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
}
