package mesh.ambit.ztunnel.inpod;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mesh.ambit.linux.NetNs;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.telemetry.PodProxyMetrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pods of this node and their proxies, as the node agent's messages change them.
 *
 * <p>Until a snapshot is complete, pods named are remembered and nothing is closed; the snapshot closes whoever was not
 * named. A pod whose proxy does not start stays pending and is tried again. One thread, that of the agent's connection,
 * calls everything but {@link #pods}.
 */
public final class PodRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(PodRegistry.class);

    /** So many pods whose proxies never started are remembered at most; the oldest is forgotten first. */
    static final int MAX_UNSERVED = 1_000;

    /** A pod with its proxy; without one while it is pending. */
    public record Entry(Pod pod, @Nullable PodProxy proxy) {}

    /** A message that breaks the protocol so that going on would be wrong. */
    static final class ProtocolException extends Exception {
        private static final long serialVersionUID = 1L;

        ProtocolException(String message) {
            super(message);
        }
    }

    private final PodProxy.Factory factory;
    private final PodProxyMetrics metrics;
    private final Map<String, Entry> up = new HashMap<>();
    private final Map<String, Pod> pending = new HashMap<>();

    /**
     * Pods whose proxies never started, pending ones among them. As the reference has it they are shown even when the
     * agent speaks of them no more: what became of such a pod is what people look for.
     */
    private final Map<String, Pod> unserved = new LinkedHashMap<>();

    private final Set<String> named = new HashSet<>();
    private boolean synced;
    private volatile List<Entry> view = List.of();

    /** Makes one without pods; {@code factory} starts the proxy of each that comes. */
    public PodRegistry(PodProxy.Factory factory, PodProxyMetrics metrics) {
        this.factory = factory;
        this.metrics = metrics;
    }

    /** Returns the pods at this moment, and those whose proxies never started. From any thread. */
    public List<Entry> pods() {
        return view;
    }

    /** Returns whether a snapshot is complete and every pod has its proxy. */
    boolean isComplete() {
        return synced && pending.isEmpty();
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    /**
     * Takes a pod, whose namespace belongs to the registry from now on.
     *
     * @throws PodStartException if its proxy does not start; the pod stays pending
     */
    void add(String uid, WorkloadInfo info, NetNs netns) throws PodStartException {
        if (!synced) {
            named.add(uid);
        }
        Entry there = up.get(uid);
        if (there != null && there.pod().netns().id().equals(netns.id())) {
            netns.close();
            return;
        }
        if (there != null) {
            LOG.info("pod {} has a new network namespace {}", info, netns);
            stop(uid);
        }
        forgetPending(uid);
        Pod pod = new Pod(uid, info, netns);
        try {
            start(pod);
        } catch (PodStartException e) {
            LOG.warn("pod {}: proxy did not start, will be tried again: {}", info, e.getMessage());
            pending.put(uid, pod);
            unserved.putIfAbsent(uid, pod);
            if (unserved.size() > MAX_UNSERVED) {
                unserved.remove(unserved.keySet().iterator().next());
            }
            throw e;
        } finally {
            publish();
        }
    }

    void keep(String uid) throws ProtocolException {
        if (synced) {
            throw new ProtocolException("pod keep received after snapshot");
        }
        named.add(uid);
    }

    /** Forgets a pod; while a snapshot is under way its proxy runs on until the snapshot is complete. */
    void delete(String uid) {
        forgetPending(uid);
        if (synced) {
            stop(uid);
        } else {
            named.remove(uid);
        }
        publish();
    }

    /** Closes every proxy that the snapshot did not name. */
    void snapshotSent() throws ProtocolException {
        if (synced) {
            throw new ProtocolException("pod snapshot received already");
        }
        synced = true;
        for (String uid : List.copyOf(up.keySet())) {
            if (!named.contains(uid)) {
                stop(uid);
            }
        }
        named.clear();
        publish();
    }

    /** Tries the pending pods again. */
    void retryPending() {
        for (Pod pod : List.copyOf(pending.values())) {
            try {
                start(pod);
                pending.remove(pod.uid());
            } catch (PodStartException e) {
                LOG.debug("pod {}: proxy still does not start: {}", pod.info(), e.getMessage());
            }
        }
        publish();
    }

    /** A new connection of the agent names every pod anew. Proxies run on; what is pending is said again. */
    void beginSnapshot() {
        List.copyOf(pending.keySet()).forEach(this::forgetPending);
        named.clear();
        synced = false;
        publish();
    }

    /** Returns how many connections all pods have now. From any thread. */
    public int connectionCount() {
        int count = 0;
        for (Entry entry : view) {
            PodProxy proxy = entry.proxy();
            count += proxy == null ? 0 : proxy.connectionCount();
        }
        return count;
    }

    /** Drains every proxy; completes when the last connection has ended. */
    public CompletionStage<Void> drain() {
        return CompletableFuture.allOf(up.values().stream()
                .map(Entry::proxy)
                .filter(Objects::nonNull)
                .map(proxy -> proxy.drain().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Closes every proxy at once. */
    public void close() {
        List.copyOf(up.keySet()).forEach(this::stop);
        beginSnapshot();
    }

    private void start(Pod pod) throws PodStartException {
        PodProxy proxy;
        try {
            proxy = factory.start(pod);
        } catch (RuntimeException e) {
            // A fault that this pod brings out: the others are served, and this one is tried again.
            LOG.error("pod {}: a fault in the start of its proxy", pod.info(), e);
            throw new PodStartException("internal error: " + e, e);
        }
        up.put(pod.uid(), new Entry(pod, proxy));
        unserved.remove(pod.uid());
        metrics.started();
        LOG.info("pod {} is served", pod.info());
    }

    private void stop(String uid) {
        Entry entry = up.remove(uid);
        if (entry == null || entry.proxy() == null) {
            return;
        }
        entry.proxy().close();
        entry.pod().netns().close();
        metrics.stopped();
        LOG.info("pod {} is no longer served", entry.pod().info());
    }

    private void forgetPending(String uid) {
        Pod pod = pending.remove(uid);
        if (pod != null) {
            pod.netns().close();
        }
    }

    private void publish() {
        List<Entry> next = new ArrayList<>(up.values());
        unserved.values().forEach(pod -> next.add(new Entry(pod, null)));
        view = List.copyOf(next);
        metrics.pending(pending.size());
    }
}
