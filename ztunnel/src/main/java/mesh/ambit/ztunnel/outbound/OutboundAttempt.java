package mesh.ambit.ztunnel.outbound;

import java.net.InetSocketAddress;
import mesh.ambit.headers.Baggage;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ServiceLabels;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.ztunnel.inpod.WorkloadBaggage;
import mesh.ambit.ztunnel.outbound.OutboundRoute.DoubleHbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Hbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Onward;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Passthrough;
import org.jspecify.annotations.Nullable;

/** One try to take a connection along a route, and what is reported of it. Confined to the connection's event loop. */
final class OutboundAttempt {
    private final OutboundContext context;
    private final InetSocketAddress source;
    private final Workload local;
    private final Onward route;
    private final boolean retry;
    /** Whose connections are counted for the choice of endpoints; null when nobody's are, or no longer. */
    private @Nullable String counted;

    private @Nullable OpenConnection telemetry;

    /**
     * Opens it.
     *
     * @param retry whether an earlier one failed
     */
    OutboundAttempt(OutboundContext context, InetSocketAddress source, Workload local, Onward route, boolean retry) {
        this.context = context;
        this.source = source;
        this.local = local;
        this.route = route;
        this.retry = retry;
        Workload peer = route.peer();
        if (peer != null && context.plane().settings().balancing().needsLoads()) {
            counted = peer.uid();
            context.plane().loads().opened(counted);
        }
        if (!(route instanceof DoubleHbone)) {
            telemetry = opened(labelsOf(peer), peer == null ? null : peer.identity());
        }
    }

    Workload local() {
        return local;
    }

    Onward route() {
        return route;
    }

    boolean isRetry() {
        return retry;
    }

    /** Returns the word for the way of transport, as the configuration dump has it. */
    String protocol() {
        return switch (route) {
            case Hbone _ -> "HBONE";
            case DoubleHbone _ -> "DOUBLEHBONE";
            case Passthrough _ -> "TCP";
        };
    }

    /** Returns where the connection is reported, null as long as it is not. */
    @Nullable
    OpenConnection reported() {
        return telemetry;
    }

    /** Returns where the connection is reported. What has not said who it is by now goes by the next hop's name. */
    OpenConnection telemetry() {
        if (telemetry == null) {
            Workload peer = route.peer();
            telemetry = opened(labelsOf(peer), peer == null ? null : peer.identity());
        }
        return telemetry;
    }

    /**
     * The next hop is connected. A peer in another network has said who it is by then, and is proved to be; until then,
     * and if it never does, the connection goes by the gateway's name.
     */
    void connected(Dial.Leg leg) {
        if (telemetry == null && leg instanceof Dial.Leg.Stream(var stream)) {
            Baggage said = Baggage.parse(stream.headers().all(Baggage.NAME));
            telemetry = opened(named(WorkloadBaggage.labels(said)), stream.peer());
        }
    }

    /** Does not count any more; may be called again. */
    void end() {
        if (counted != null) {
            context.plane().loads().closed(counted);
            counted = null;
        }
    }

    private OpenConnection opened(@Nullable WorkloadLabels peer, @Nullable SpiffeId identity) {
        Service service = route.service();
        boolean tunnelled = route.authorityText() != null;
        return context.telemetry()
                .opened(new ConnectionDetails(
                        Direction.OUTBOUND,
                        source,
                        route.nextHop(),
                        route.authorityText(),
                        WorkloadLabels.of(local),
                        peer,
                        service == null ? null : ServiceLabels.of(service),
                        tunnelled ? local.identity() : null,
                        identity,
                        tunnelled));
    }

    /** Returns the labels of a peer that logs call by its workload's name, since nobody has told its pod's. */
    private static WorkloadLabels named(WorkloadLabels said) {
        return new WorkloadLabels(
                said.workload(),
                said.workload(),
                said.namespace(),
                said.canonicalName(),
                said.canonicalRevision(),
                said.app(),
                said.cluster(),
                said.region(),
                said.zone());
    }

    private static @Nullable WorkloadLabels labelsOf(@Nullable Workload workload) {
        return workload == null ? null : WorkloadLabels.of(workload);
    }
}
