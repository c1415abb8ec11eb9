package mesh.ambit.ztunnel.inpod;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.MeshDemand;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the control plane for the records that a decision about one connection needs and the mesh does not have yet, one
 * name after the other. The decision itself is made afterwards, on the mesh as it is then, whether the records have come
 * or not. Confined to an event loop.
 */
public final class MeshLookup {
    private static final Logger LOG = LoggerFactory.getLogger(MeshLookup.class);

    /** A record that a decision looks for. */
    @FunctionalInterface
    public interface Step {
        /** Returns the name to ask for, or null when {@code mesh} has the record, or nobody looks for one. */
        @Nullable
        String missing(MeshSnapshot mesh, Workload local);
    }

    private final MeshView mesh;
    private final MeshDemand demand;
    private final EventExecutor loop;
    private final Workload local;
    private final List<Step> steps;
    private final Promise<Void> promise;
    private @Nullable CompletableFuture<Void> asked;
    private int at;

    private MeshLookup(MeshView mesh, MeshDemand demand, EventExecutor loop, Workload local, List<Step> steps) {
        this.mesh = mesh;
        this.demand = demand;
        this.loop = loop;
        this.local = local;
        this.steps = steps;
        this.promise = loop.newPromise();
    }

    /**
     * Goes through {@code steps}; each asks at most once.
     *
     * @param mesh a mesh that is known in part, and completed by {@code demand}
     * @param local the pod's own workload
     * @return completes on {@code loop}; fails when too much is being asked for, and is cancelled by whoever loses interest
     */
    static Future<Void> fetch(MeshView mesh, MeshDemand demand, EventExecutor loop, Workload local, List<Step> steps) {
        assert loop.inEventLoop();
        MeshLookup lookup = new MeshLookup(mesh, demand, loop, local, steps);
        lookup.promise.addListener(_ -> lookup.ended());
        lookup.next();
        return lookup.promise;
    }

    /**
     * Returns what an outbound connection looks for: whatever is at its destination, first in our network, then in its own;
     * and the waypoint of a workload that is found there. Nothing when all of {@code mesh} is known.
     */
    public static List<Step> outbound(MeshView mesh, InetAddress destination) {
        MeshDemand demand = mesh.demand();
        if (demand == null) {
            return List.of();
        }
        NetworkAddress here = new NetworkAddress(demand.network(), destination);
        return List.of(
                (snapshot, local) -> anything(snapshot, here, local.namespace()),
                (snapshot, local) ->
                        anything(snapshot, new NetworkAddress(local.network(), destination), local.namespace()),
                (snapshot, local) -> waypointAt(snapshot, new NetworkAddress(local.network(), destination)));
    }

    /**
     * Returns a step for what is at {@code address}, where a tunnel leads that does not end at the pod's own address.
     * Nothing is looked for where the workload's application takes such tunnels itself.
     */
    public static Step unlessTunnelled(NetworkAddress address) {
        return (mesh, local) -> local.applicationTunnel() != null ? null : anything(mesh, address, null);
    }

    /** Returns a step for a workload at {@code address}. */
    public static Step workload(NetworkAddress address) {
        return (mesh, _) -> mesh.findWorkload(address) != null ? null : address.toString();
    }

    private static @Nullable String anything(MeshSnapshot mesh, NetworkAddress address, @Nullable String namespace) {
        return mesh.findWorkload(address) != null || mesh.findService(address, namespace) != null
                ? null
                : address.toString();
    }

    private static @Nullable String waypointAt(MeshSnapshot mesh, NetworkAddress address) {
        Workload workload = mesh.findWorkload(address);
        GatewayAddress waypoint = workload == null ? null : workload.waypoint();
        if (waypoint == null) {
            return null;
        }
        return switch (waypoint.destination()) {
            case NetworkAddress at -> anything(mesh, at, null);
            case NamespacedHostname host ->
                mesh.findService(host) != null || mesh.findWorkload(host) != null ? null : host.toString();
        };
    }

    private void next() {
        while (at < steps.size()) {
            String name = steps.get(at++).missing(mesh.current(), local);
            if (name != null) {
                CompletableFuture<Void> answer = demand.ask(name);
                asked = answer;
                answer.whenComplete((_, failure) -> onLoop(failure));
                return;
            }
        }
        promise.trySuccess(null);
    }

    private void onLoop(@Nullable Throwable failure) {
        try {
            loop.execute(() -> answered(failure));
        } catch (RejectedExecutionException e) {
            LOG.trace("the loop has ended, and the connection with it", e);
        }
    }

    private void answered(@Nullable Throwable failure) {
        if (promise.isDone()) {
            return;
        }
        if (failure == null) {
            next();
        } else {
            promise.tryFailure(
                    failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
        }
    }

    private void ended() {
        if (promise.isCancelled() && asked != null) {
            asked.cancel(false);
        }
    }
}
