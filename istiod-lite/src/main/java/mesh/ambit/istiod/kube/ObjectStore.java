package mesh.ambit.istiod.kube;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeJson;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a cluster as they are now, and which of them changed since somebody last asked. An event that changes
 * nothing that is kept (a node's heartbeat) is no change. An object that became unreadable stays as it last was.
 *
 * <p>Any number of threads write, one takes the changes.
 */
final class ObjectStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Map<Kind, Map<ObjectKey, KubeObject>> objects = new HashMap<>();
    private final Map<ObjectKey, List<Problem>> problems = new TreeMap<>();
    private Set<ObjectKey> changed = new HashSet<>();
    private boolean problemsChanged;

    /** What changed, and what is wrong now. */
    record News(ObjectChanges changes, List<Problem> problems) {}

    /** Takes all objects of one kind. */
    void replace(Kind kind, Collection<KubeJson.Item> items) {
        lock.lock();
        try {
            Set<ObjectKey> gone = new HashSet<>(of(kind).keySet());
            problems.keySet().stream().filter(key -> key.kind() == kind).forEach(gone::add);
            for (KubeJson.Item item : items) {
                gone.remove(item.key());
                put(item);
            }
            gone.forEach(this::drop);
            announce();
        } finally {
            lock.unlock();
        }
    }

    void change(KubeJson.Item item) {
        lock.lock();
        try {
            put(item);
            announce();
        } finally {
            lock.unlock();
        }
    }

    void remove(ObjectKey key) {
        lock.lock();
        try {
            drop(key);
            announce();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changed, and returns it; what was gone and came back the same does not count. */
    News take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (changed.isEmpty() && !problemsChanged) {
                news.await();
            }
            return takeNow();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what changed up to now, perhaps nothing. */
    News takeNow() {
        lock.lock();
        try {
            Map<ObjectKey, KubeObject> put = new HashMap<>();
            Set<ObjectKey> removed = new HashSet<>();
            for (ObjectKey key : changed) {
                KubeObject object = find(key);
                if (object == null) {
                    removed.add(key);
                } else {
                    put.put(key, object);
                }
            }
            // Not cleared, which would cost what its largest size did: all objects that there were at the start.
            changed = new HashSet<>();
            problemsChanged = false;
            List<Problem> all = new ArrayList<>();
            problems.values().forEach(all::addAll);
            return new News(new ObjectChanges(put, removed), List.copyOf(all));
        } finally {
            lock.unlock();
        }
    }

    private void put(KubeJson.Item item) {
        ObjectKey key = item.key();
        KubeObject object = item.object();
        if (object == null) {
            problemsChanged |= !item.problems().equals(problems.put(key, item.problems()));
            return;
        }
        problemsChanged |= problems.remove(key) != null;
        if (!object.equals(of(key.kind()).put(key, object))) {
            changed.add(key);
        }
    }

    private void drop(ObjectKey key) {
        problemsChanged |= problems.remove(key) != null;
        if (of(key.kind()).remove(key) != null) {
            changed.add(key);
        }
    }

    private @Nullable KubeObject find(ObjectKey key) {
        return of(key.kind()).get(key);
    }

    private Map<ObjectKey, KubeObject> of(Kind kind) {
        return objects.computeIfAbsent(kind, _ -> new HashMap<>());
    }

    private void announce() {
        if (!changed.isEmpty() || problemsChanged) {
            news.signalAll();
        }
    }
}
