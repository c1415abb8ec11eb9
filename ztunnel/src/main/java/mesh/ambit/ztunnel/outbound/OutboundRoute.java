package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.RecentValues;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Where a captured connection goes. */
public sealed interface OutboundRoute {
    /** A route that leads somewhere. */
    sealed interface Onward extends OutboundRoute {
        /** Returns what we dial; unresolved while only the peer's host name is known. */
        InetSocketAddress nextHop();

        /** Returns the workload that we dial; null for an address outside the mesh. */
        @Nullable
        Workload peer();

        /** Returns the service that the connection is for; null when none was addressed. */
        @Nullable
        Service service();

        /** Returns what the tunnel asks for; null for plain TCP. */
        @Nullable
        String authorityText();

        /** Returns the route to the address that the peer's host name stands for. */
        Onward to(InetAddress resolved);
    }

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
            implements Onward {
        private static final RecentValues<List<String>> SANS = new RecentValues<>();

        public Hbone {
            requireNonNull(nextHop, "nextHop");
            requireNonNull(authority, "authority");
            // Kept as long as the connection lasts, and the same for all that go there.
            nextHop = Addresses.recent(nextHop);
            authority = Addresses.recent(authority);
            expectedSans = SANS.of(List.copyOf(expectedSans));
            requireNonNull(peer, "peer");
        }

        @Override
        public String authorityText() {
            return Addresses.print(authority);
        }

        @Override
        public Hbone to(InetAddress resolved) {
            return new Hbone(resolved(nextHop, resolved), resolved(authority, resolved), expectedSans, peer, service);
        }
    }

    /**
     * Through a tunnel inside a tunnel: into another network, by way of its gateway. The gateway sees nothing but the
     * inner tunnel's TLS.
     *
     * @param nextHop the gateway's HBONE port
     * @param authority what both tunnels ask for: the service's host name and the port that was dialled
     * @param expectedSans whom we accept as the gateway, in order
     * @param innerSans whom we accept behind the gateway: the service's names and no workload's; empty accepts nobody
     * @param peer the gateway
     * @param service the service that the connection is for
     */
    record DoubleHbone(
            InetSocketAddress nextHop,
            String authority,
            List<String> expectedSans,
            List<String> innerSans,
            Workload peer,
            Service service)
            implements Onward {
        public DoubleHbone {
            requireNonNull(nextHop, "nextHop");
            requireNonNull(authority, "authority");
            expectedSans = List.copyOf(expectedSans);
            innerSans = List.copyOf(innerSans);
            requireNonNull(peer, "peer");
            requireNonNull(service, "service");
        }

        @Override
        public String authorityText() {
            return authority;
        }

        @Override
        public DoubleHbone to(InetAddress resolved) {
            return new DoubleHbone(resolved(nextHop, resolved), authority, expectedSans, innerSans, peer, service);
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
            @Nullable Service service) implements Onward {
        public Passthrough {
            requireNonNull(nextHop, "nextHop");
        }

        @Override
        public @Nullable String authorityText() {
            return null;
        }

        @Override
        public Passthrough to(InetAddress resolved) {
            return new Passthrough(resolved(nextHop, resolved), peer, service);
        }
    }

    /**
     * Nowhere: the connection is closed.
     *
     * @param service the service that the connection was for; null when none was addressed
     */
    record Refused(Reason reason, String text, @Nullable Service service) implements OutboundRoute {
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
        /** The workload has no address that the service allows, and no host name. */
        NO_ADDRESS
    }

    private static InetSocketAddress resolved(InetSocketAddress address, InetAddress resolved) {
        return address.isUnresolved() ? new InetSocketAddress(resolved, address.getPort()) : address;
    }
}
