package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/** What a tunnel's request leads to. */
sealed interface InboundTarget {
    /**
     * The application: always on the pod's own address.
     *
     * @param address what policies see, and the log and the dump show
     * @param announced the destination that a PROXY header names before the first byte; null for no header
     * @param overLoopback whether it is reached on the loopback address of the same family instead, under that address
     * @param named the service that was asked for by its name; null for an address
     */
    record Application(
            InetSocketAddress address,
            @Nullable InetSocketAddress announced,
            boolean overLoopback,
            @Nullable Service named)
            implements InboundTarget {
        public Application {
            requireNonNull(address, "address");
            // Kept as long as the connection lasts, and the same for all that come here.
            address = Addresses.recent(address);
        }
    }

    /** Nothing. */
    record Refused(Reason reason, String text) implements InboundTarget {
        public Refused {
            requireNonNull(reason, "reason");
            requireNonNull(text, "text");
        }
    }

    /** Why a request leads to nothing, and the status that its sender gets. */
    enum Reason {
        /** Anything but CONNECT. */
        METHOD(400),
        /** No authority of an accepted form. */
        AUTHORITY(400),
        /** An address that is neither ours nor one that we are the waypoint of. */
        NOT_OURS(400),
        /** The control plane has not told us about our own pod. */
        UNKNOWN_WORKLOAD(503),
        /** Nobody knows the host name. */
        UNKNOWN_HOSTNAME(503),
        /** A service that our workload is not part of. */
        FOREIGN_SERVICE(503),
        /** A service without that port. */
        UNKNOWN_PORT(503),
        /** A service without an address, which a waypoint would have to be told. */
        NO_SERVICE_ADDRESS(503),
        /** A port that we listen on ourselves. */
        SELF_CALL(503);

        private final int status;

        Reason(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
