package mesh.ambit.ztunnel.inpod;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.MeshDemand;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import org.jspecify.annotations.Nullable;

/**
 * The workload that a pod stands for. As a rule the node agent names a pod before the control plane describes it: whoever
 * needs the workload waits until it is known, but no longer than {@link #PATIENCE}. Thread-safe.
 */
public final class LocalWorkload implements AutoCloseable {
    /** How long a connection waits for the control plane to describe its pod. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What of its patience a handshake has had before it needs the workload: 1/50, 100 ms by default. */
    private static final int HANDSHAKE_PART = 50;

    private final MeshView mesh;
    private final WorkloadInfo pod;
    private final @Nullable String node;
    private final Duration patience;
    /** Only connections of a pod that is not known yet get here. */
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    private final Runnable watcher = this::meshChanged;

    /**
     * Creates one, which watches {@code mesh} until it is closed.
     *
     * @param node the node whose workloads count; null for all
     */
    public LocalWorkload(MeshView mesh, WorkloadInfo pod, @Nullable String node) {
        this(mesh, pod, node, PATIENCE);
    }

    /** Creates one with another patience than upstream's. */
    public LocalWorkload(MeshView mesh, WorkloadInfo pod, @Nullable String node, Duration patience) {
        this.mesh = mesh;
        this.pod = pod;
        this.node = node;
        this.patience = patience;
        mesh.watch(watcher);
    }

    /** Returns the pod as its node agent named it. */
    public WorkloadInfo info() {
        return pod;
    }

    /** Returns the workload as it stands now, or null while the control plane has not described it. */
    public @Nullable Workload current() {
        return mesh.current().findLocalWorkload(pod, node);
    }

    /**
     * Returns the workload once it is known; completes on {@code loop}, and fails with an
     * {@link UnknownWorkloadException} when patience ends.
     */
    public Future<Workload> await(EventExecutor loop) {
        return await(loop, patience);
    }

    /**
     * As {@link #await(EventExecutor)}, but gives up a little sooner, because the peer of a handshake has waited for some
     * time already. A peer that is as patient as we are would otherwise leave first; so it is refused, and our log says why.
     */
    public Future<Workload> awaitInHandshake(EventExecutor loop) {
        return await(loop, patience.minus(patience.dividedBy(HANDSHAKE_PART)));
    }

    private Future<Workload> await(EventExecutor loop, Duration patience) {
        assert loop.inEventLoop();
        Workload known = current();
        if (known != null) {
            return loop.newSucceededFuture(known);
        }
        Waiter waiter = new Waiter(loop.newPromise(), loop);
        waiter.deadline = loop.schedule(waiter::giveUp, patience.toNanos(), TimeUnit.NANOSECONDS);
        waiters.add(waiter);
        // However it ends: the workload is known, patience is over, or whoever waited has lost interest.
        waiter.promise.addListener(_ -> waiter.end());
        // The workload may have come between the look and the registration.
        waiter.look();
        return waiter.promise;
    }

    /**
     * As {@link #await(EventExecutor)}, and where the mesh is known in part only, asks the control plane for what
     * {@code steps} look for. Completes when all of it has been answered, be it that there is no such thing. Fails also
     * when too much is being asked for.
     */
    public Future<Workload> await(EventExecutor loop, List<MeshLookup.Step> steps) {
        MeshDemand demand = mesh.demand();
        if (demand == null || steps.isEmpty()) {
            return await(loop);
        }
        Promise<Workload> promise = loop.newPromise();
        Future<Workload> local = await(loop);
        promise.addListener(_ -> local.cancel(false));
        local.addListener((Future<Workload> found) -> {
            if (!found.isSuccess()) {
                promise.tryFailure(found.cause());
                return;
            }
            Future<Void> known = MeshLookup.fetch(mesh, demand, loop, found.getNow(), steps);
            promise.addListener(_ -> known.cancel(false));
            known.addListener((Future<Void> done) -> {
                if (done.isSuccess()) {
                    // What it was before the answer came may be out of date: other policies may be attached now.
                    Workload now = current();
                    promise.trySuccess(now == null ? found.getNow() : now);
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        });
        return promise;
    }

    /** Returns how many wait. */
    int waiting() {
        return waiters.size();
    }

    @Override
    public void close() {
        mesh.unwatch(watcher);
    }

    private void meshChanged() {
        if (!waiters.isEmpty() && current() != null) {
            for (Waiter waiter : waiters) {
                waiter.loop.execute(waiter::look);
            }
        }
    }

    /** The pod is not known to the control plane. */
    public static final class UnknownWorkloadException extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownWorkloadException(WorkloadInfo pod) {
            super("failed to fetch information about local workload: " + pod, null, false, false);
        }
    }

    /** One connection that waits; confined to its loop. */
    private final class Waiter {
        private final Promise<Workload> promise;
        private final EventExecutor loop;
        private @Nullable ScheduledFuture<?> deadline;

        Waiter(Promise<Workload> promise, EventExecutor loop) {
            this.promise = promise;
            this.loop = loop;
        }

        void look() {
            Workload workload = current();
            if (workload != null) {
                promise.trySuccess(workload);
            }
        }

        void giveUp() {
            promise.tryFailure(new UnknownWorkloadException(pod));
        }

        private void end() {
            waiters.remove(this);
            if (deadline != null) {
                deadline.cancel(false);
            }
        }
    }
}
