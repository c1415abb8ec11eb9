package mesh.ambit.ztunnel.outbound;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Where pods learn of workloads that have gone. One writer, the ADS stream. */
public final class DepartureBoard {
    private final List<Consumer<Departures>> watchers = new CopyOnWriteArrayList<>();

    /** Tells every watcher, unless there is nothing to tell; the mesh has been published before. */
    public void post(Departures departures) {
        if (!departures.isEmpty()) {
            watchers.forEach(watcher -> watcher.accept(departures));
        }
    }

    /** Has {@code watcher} called on the writer's thread; it must be quick. */
    public void watch(Consumer<Departures> watcher) {
        watchers.add(watcher);
    }

    /** Forgets a watcher. */
    public void unwatch(Consumer<Departures> watcher) {
        watchers.remove(watcher);
    }
}
