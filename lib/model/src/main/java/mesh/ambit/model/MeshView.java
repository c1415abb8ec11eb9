package mesh.ambit.model;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The mesh as the control plane last pushed it. One writer, the ADS stream; every event loop reads. */
public final class MeshView {
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile MeshSnapshot current = MeshSnapshot.EMPTY;

    private volatile @Nullable MeshDemand demand;

    /** Says that the mesh is known in part only, and who completes it. */
    public void completeThrough(MeshDemand source) {
        demand = source;
    }

    /** Returns who completes the mesh, or null when all of it is known. */
    public @Nullable MeshDemand demand() {
        return demand;
    }

    /** Returns the latest snapshot. Read it once for each decision: two reads may be two different meshes. */
    public MeshSnapshot current() {
        return current;
    }

    /** Publishes {@code next}: once for each ADS response, not once for each resource in it. */
    public void publish(MeshSnapshot next) {
        current = next;
        watchers.forEach(Runnable::run);
    }

    /** Has {@code watcher} called on the writer's thread after each publication; it must be quick. */
    public void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    /** Forgets a watcher. */
    public void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }
}
