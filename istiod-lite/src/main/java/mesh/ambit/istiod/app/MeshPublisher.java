package mesh.ambit.istiod.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.proxyless.ProxylessIndex;
import mesh.ambit.istiod.push.MeshDelta;
import mesh.ambit.istiod.push.PacedTrigger;
import mesh.ambit.istiod.push.ProxylessHub;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns changes of objects into what proxies are told and into what the issuer needs to know. */
final class MeshPublisher implements MeshListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshPublisher.class);

    /** As long as the steps of replacing a pod take together on a busy API server, and no longer than others wait for quiet. */
    private static final Duration COMPANY = Duration.ofMillis(100);

    /** Kinds that mean nothing to node proxies. */
    private static final Set<Kind> ROUTING =
            Set.of(Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.VIRTUAL_SERVICE, Kind.DESTINATION_RULE);

    private final PushHub hub;
    private final Consumer<Published> afterwards;
    private final PacedTrigger pacer;
    private final CompletableFuture<Published> first = new CompletableFuture<>();
    private final ClusterDigest digest = new ClusterDigest();

    /** Only the pacing thread touches it. */
    private final AmbientEngine engine;

    /** Likewise: what only clients of standard xDS are told of, kept for those that come later. */
    private final Map<ObjectKey, KubeObject> routing = new HashMap<>();

    /** Likewise; null while there are no clients of standard xDS. */
    private @Nullable ProxylessIndex proxyless;

    private final ReentrantLock lock = new ReentrantLock();
    private Map<ObjectKey, KubeObject> put = new HashMap<>();
    private Set<ObjectKey> removed = new HashSet<>();
    private final SortedMap<String, List<Problem>> problems = new TreeMap<>();

    /** Before, what there is is not all there is: nobody is told of it. */
    private volatile boolean complete;

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
        hub.proxyless().whenWanted(pacer::trigger);
    }

    /** Takes changes; what follows from them is published soon, with what else comes until then. */
    @Override
    public void changed(String cluster, ObjectChanges theirs, List<Problem> wrong) {
        if (cluster.isEmpty()) {
            // At once: a pod's certificate is often asked for before anybody is told of the pod.
            digest.apply(theirs);
        }
        News.updates(theirs).forEach(hub.metrics()::heard);
        ObjectChanges changes = theirs.in(cluster);
        boolean hurry = !first.isDone() || !mayWait(changes);
        lock.lock();
        try {
            hurry |= !wrong.equals(problems.getOrDefault(cluster, List.of()));
            removed.removeAll(changes.put().keySet());
            put.keySet().removeAll(changes.removed());
            put.putAll(changes.put());
            removed.addAll(changes.removed());
            if (wrong.isEmpty()) {
                problems.remove(cluster);
            } else {
                problems.put(cluster, wrong);
            }
        } finally {
            lock.unlock();
        }
        if (!complete) {
            return;
        }
        if (hurry) {
            pacer.trigger();
        } else {
            pacer.triggerWithin(COMPANY);
        }
    }

    @Override
    public void complete() {
        if (!complete) {
            complete = true;
            pacer.trigger();
        }
    }

    /**
     * Returns whether news of these changes may wait a moment for company: of pods that go, are going, or are not ready
     * for connections. A pod that is replaced goes, comes and gets its address in as many steps, with its endpoint slices
     * in between; all proxies hear of it once instead of each time.
     */
    static boolean mayWait(ObjectChanges changes) {
        return changes.removed().stream().allMatch(key -> key.kind() == Kind.POD || key.kind() == Kind.ENDPOINT_SLICE)
                && changes.put().values().stream().allMatch(MeshPublisher::mayWait);
    }

    private static boolean mayWait(KubeObject object) {
        if (object instanceof Pod pod) {
            return !pod.status().ready()
                    || pod.status().addresses().isEmpty()
                    || pod.metadata().deletionTimestamp() != null;
        }
        return object.kind() == Kind.ENDPOINT_SLICE;
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
            wrong = problems.values().stream().flatMap(List::stream).toList();
            put = new HashMap<>();
            removed = new HashSet<>();
        } finally {
            lock.unlock();
        }
        News.triggers(present.keySet()).forEach(hub.metrics()::triggered);
        News.triggers(gone).forEach(hub.metrics()::triggered);
        long begun = System.nanoTime();
        MeshUpdate update = engine.apply(present, gone);
        hub.metrics().computed(System.nanoTime() - begun);
        // What routes requests, and whatever else only clients of standard xDS are told of, is said in our own cluster.
        present.keySet().removeIf(key -> !key.isOwn());
        gone.removeIf(key -> !key.isOwn());
        gone.forEach(routing::remove);
        present.values().stream()
                .filter(object -> ROUTING.contains(object.kind()))
                .forEach(object -> routing.put(object.key(), object));
        Published before = published;
        Published next = new Published(wrong, update.warned() ? engine.warnings() : before.warnings(), digest);
        published = next;
        hub.publish(
                new MeshDelta(
                        update.addresses(), update.removedAddresses(), update.policies(), update.removedPolicies()),
                changedNanos);
        try {
            tellProxyless(update, present.values(), gone, changedNanos);
        } catch (RuntimeException e) {
            // Their trouble must not be that of the node proxies.
            LOG.error("clients of standard xDS keep what they have, beginning anew with the next change", e);
            proxyless = null;
        }
        report(before, next, update.warnings());
        afterwards.accept(next);
        first.complete(next);
    }

    /**
     * Follows the mesh for clients of standard xDS, from its beginning when the first of them comes, and when what holds
     * for all of it becomes something else.
     */
    private void tellProxyless(
            MeshUpdate update, Collection<KubeObject> present, Set<ObjectKey> gone, long changedNanos) {
        ProxylessHub clients = hub.proxyless();
        ProxylessIndex index = proxyless;
        if (!clients.isWanted()) {
            if (index != null) {
                proxyless = null;
                clients.withdraw();
            }
        } else if (index == null || !index.settings().equals(engine.settings())) {
            index = new ProxylessIndex(engine.settings());
            proxyless = index;
            MeshState state = engine.state();
            List<KubeObject> objects = new ArrayList<>(routing.values());
            engine.forEachObject(objects::add);
            clients.publish(
                    index.begin(
                            state.addresses().values(), state.authorizations().values(), objects),
                    changedNanos);
        } else {
            clients.publish(index.apply(update, present, gone), changedNanos);
        }
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
