package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.push.MeshDelta;
import mesh.ambit.istiod.push.PacedTrigger;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns changes of objects into what proxies are told and into what the issuer needs to know. */
final class MeshPublisher implements ClusterListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshPublisher.class);

    private final PushHub hub;
    private final Consumer<Published> afterwards;
    private final PacedTrigger pacer;
    private final CompletableFuture<Published> first = new CompletableFuture<>();
    private final ClusterDigest digest = new ClusterDigest();

    /** Only the pacing thread touches it. */
    private final AmbientEngine engine;

    private final ReentrantLock lock = new ReentrantLock();
    private Map<ObjectKey, KubeObject> put = new HashMap<>();
    private Set<ObjectKey> removed = new HashSet<>();
    private List<Problem> problems = List.of();

    private volatile Published published = new Published(List.of(), List.of(), digest);

    /**
     * What was last published.
     *
     * @param problems what is wrong with objects that could not be read
     * @param warnings what is left out or taken otherwise than written
     * @param digest who runs where, of the moment at which it is asked
     */
    record Published(List<Problem> problems, List<String> warnings, ClusterDigest digest) {
        /** Returns what is wrong with the objects, one line each. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            problems.forEach(problem -> lines.add(problem.message()));
            lines.addAll(warnings);
            return lines;
        }
    }

    /**
     * Creates one.
     *
     * @param pace how far pushes are apart
     * @param afterwards told of each publication, on the pacing thread
     */
    MeshPublisher(MeshSettings settings, PushHub hub, PacedTrigger.Pace pace, Consumer<Published> afterwards) {
        this.hub = hub;
        this.afterwards = afterwards;
        this.engine = new AmbientEngine(settings);
        this.pacer = new PacedTrigger(pace, this::publish, hub::lastPush);
    }

    /** Takes changes; what follows from them is published soon, with what else comes until then. */
    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        // At once: a pod's certificate is often asked for before anybody is told of the pod.
        digest.apply(changes);
        lock.lock();
        try {
            removed.removeAll(changes.put().keySet());
            put.keySet().removeAll(changes.removed());
            put.putAll(changes.put());
            removed.addAll(changes.removed());
            this.problems = problems;
        } finally {
            lock.unlock();
        }
        pacer.trigger();
    }

    /** Returns the latest publication. */
    Published published() {
        return published;
    }

    /** Completes with the first publication. */
    CompletionStage<Published> first() {
        return first;
    }

    private void publish(long changedNanos) {
        Map<ObjectKey, KubeObject> present;
        Set<ObjectKey> gone;
        List<Problem> wrong;
        lock.lock();
        try {
            present = put;
            gone = removed;
            wrong = problems;
            put = new HashMap<>();
            removed = new HashSet<>();
        } finally {
            lock.unlock();
        }
        MeshUpdate update = engine.apply(present.values(), gone);
        Published before = published;
        Published next = new Published(wrong, update.warned() ? engine.warnings() : before.warnings(), digest);
        published = next;
        hub.publish(
                new MeshDelta(
                        update.addresses(), update.removedAddresses(), update.policies(), update.removedPolicies()),
                changedNanos);
        report(before, next, update.warnings());
        afterwards.accept(next);
        first.complete(next);
    }

    @SuppressWarnings("ReferenceEquality") // The same list most of the time; else they are compared one by one.
    private static void report(Published before, Published next, List<String> warnings) {
        if (!next.problems().equals(before.problems())) {
            Set<Problem> known = new HashSet<>(before.problems());
            for (Problem problem : next.problems()) {
                if (!known.contains(problem)) {
                    LOG.warn("{}", problem.message());
                }
            }
        }
        warnings.forEach(warning -> LOG.warn("{}", warning));
    }

    @Override
    public void close() {
        pacer.close();
    }
}
