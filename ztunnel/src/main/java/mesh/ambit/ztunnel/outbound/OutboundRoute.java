package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Where a captured connection goes. */
sealed interface OutboundRoute {
    /**
     * Through a tunnel.
     *
     * @param nextHop the HBONE port we dial: of the destination, or of its waypoint
     * @param authority what the tunnel asks for
     * @param expectedSans whom we accept at the next hop, in order; empty accepts nobody
     * @param peer the workload at the next hop
     * @param service the service that the connection is for; null when a workload was addressed
     */
    record Hbone(
            InetSocketAddress nextHop,
            InetSocketAddress authority,
            List<String> expectedSans,
            Workload peer,
            @Nullable Service service)
            implements OutboundRoute {
        public Hbone {
            requireNonNull(nextHop, "nextHop");
            requireNonNull(authority, "authority");
            expectedSans = List.copyOf(expectedSans);
            requireNonNull(peer, "peer");
        }
    }

    /**
     * As plain TCP.
     *
     * @param nextHop what we dial
     * @param peer the workload there; null for an address outside the mesh
     * @param service the service that the connection is for; null when there is none
     */
    record Passthrough(
            InetSocketAddress nextHop,
            @Nullable Workload peer,
            @Nullable Service service) implements OutboundRoute {
        public Passthrough {
            requireNonNull(nextHop, "nextHop");
        }
    }

    /** Nowhere: the connection is closed. */
    record Refused(Reason reason, String text) implements OutboundRoute {
        public Refused {
            requireNonNull(reason, "reason");
            requireNonNull(text, "text");
        }
    }

    /** Why a connection goes nowhere. */
    enum Reason {
        /** A dial of one of our own ports over loopback, which would come back to us for ever. */
        SELF_CALL,
        /** The control plane has not told us about the pod that dials. */
        UNKNOWN_SOURCE,
        /** The service has no endpoint that could take the connection, or not that port. */
        NO_HEALTHY_UPSTREAM,
        /** The waypoint is not known, or has no endpoint. */
        UNKNOWN_WAYPOINT,
        /** The destination is in another network, and no way leads there. */
        UNKNOWN_NETWORK_GATEWAY,
        /** The workload has no address that the service allows. */
        NO_ADDRESS
    }
}
