package mesh.ambit.ztunnel.outbound;

import java.net.InetSocketAddress;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Judges a connection once its route is known, before anything is dialled. Pure, and asked on the event loop. */
@FunctionalInterface
public interface OutboundAdmission {
    /** Lets everything out, as upstream does. */
    OutboundAdmission ALL = (_, _, _, _) -> null;

    /**
     * Returns why the connection may not be opened, or null if it may.
     *
     * @param source the workload that dials
     * @param from the address that it dials from
     * @param destination what it dialled, before redirection
     * @param route where the connection would go
     */
    @Nullable
    String refusal(Workload source, InetSocketAddress from, InetSocketAddress destination, OutboundRoute.Onward route);
}
