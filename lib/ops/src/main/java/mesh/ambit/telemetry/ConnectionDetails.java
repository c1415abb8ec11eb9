package mesh.ambit.telemetry;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.RecentValues;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection when it is opened.
 *
 * @param direction who reports
 * @param source address of the connection's peer
 * @param destination TCP destination of the hop: port 15008 on HBONE, inbound too
 * @param hboneAuthority what the CONNECT asks for; null without HBONE
 * @param sourceWorkload the client; null when unknown
 * @param destinationWorkload the next hop's workload, or the pod; null when unknown
 * @param service the service addressed, even when the next hop is a waypoint; null when there is none
 * @param sourceIdentity identity of the client; null when unknown or not proved
 * @param destinationIdentity identity of the destination's workload, known on plaintext too; null when unknown
 * @param mutualTls whether the hop is mutual TLS, or was to be
 */
public record ConnectionDetails(
        Direction direction,
        InetSocketAddress source,
        InetSocketAddress destination,
        @Nullable String hboneAuthority,
        @Nullable WorkloadLabels sourceWorkload,
        @Nullable WorkloadLabels destinationWorkload,
        @Nullable ServiceLabels service,
        @Nullable SpiffeId sourceIdentity,
        @Nullable SpiffeId destinationIdentity,
        boolean mutualTls) {
    private static final RecentValues<String> AUTHORITIES = new RecentValues<>();

    /** Checks what must be there. */
    public ConnectionDetails {
        requireNonNull(direction, "direction");
        hboneAuthority = hboneAuthority == null ? null : AUTHORITIES.of(hboneAuthority);
        requireNonNull(source, "source");
        requireNonNull(destination, "destination");
    }
}
