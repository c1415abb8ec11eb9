package mesh.ambit.policy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The policies as the control plane last pushed them. One writer, the ADS stream; every event loop reads. */
public final class PolicyView {
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile PolicySet current = PolicySet.EMPTY;

    /** Returns the latest policies. Read them once for each decision. */
    public PolicySet current() {
        return current;
    }

    /** Publishes {@code next}, once for each ADS response. */
    public void publish(PolicySet next) {
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
