package mesh.ambit.node.app;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.ObservedPods;
import mesh.ambit.kube.Pod;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.node.pods.ObservedPod;
import mesh.ambit.node.pods.ObservedPod.Redirection;
import mesh.ambit.node.pods.PodFiles;
import mesh.ambit.node.pods.PodKey;
import mesh.ambit.node.pods.PodNetworks;
import mesh.ambit.node.pods.PodPlan;
import mesh.ambit.node.pods.PodRecord;
import mesh.ambit.node.pods.PodSpec;
import mesh.ambit.node.pods.ServiceView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the node to where the folder wants it, a pass at a time. Level triggered: a pass looks at everything, so that
 * nothing depends on having seen an event. What goes wrong with one pod is told once, tried again, and leaves the
 * others alone. One platform thread.
 */
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** When what could not be written is tried again. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeSetupConfig config;
    private final PodNetworks networks;
    private final PodFiles files;
    private final PodCapture capture;
    private final Map<PodKey, ManagedPod> pods = new TreeMap<>();
    private final Map<PodKey, Unmade> unmade = new HashMap<>();
    private final Set<PodKey> warnedHostNetwork = new HashSet<>();

    /** Why something that others are to know was not written, in this pass and in the one before. */
    private Set<String> unwritten = new HashSet<>();

    private Set<String> unwrittenBefore = Set.of();

    Reconciler(NodeSetupConfig config, PodNetworks networks, PodFiles files, PodCapture capture) {
        this.config = config;
        this.networks = networks;
        this.files = files;
        this.capture = capture;
    }

    /** A pod that should be there and could not be made. */
    private static final class Unmade {
        final Backoff backoff = new Backoff();
        String reason = "";
    }

    /** Takes up what an earlier run left, as far as it is still wanted, and removes the rest. */
    void takeOver(List<PodRecord> left, ObjectSet declared) {
        PodPlan plan = plan(declared);
        for (PodRecord pod : left) {
            PodSpec spec = plan.pods().get(pod.key());
            try {
                if (spec != null && networks.stillServes(pod, spec)) {
                    PodNetworks.Made made = networks.readopt(pod);
                    ManagedPod managed = new ManagedPod(spec, made.pod(), made.namespace());
                    capture.takeOver(managed);
                    pods.put(pod.key(), managed);
                    LOG.info("pod {}: taken over from an earlier run", pod.key());
                } else {
                    networks.remove(pod);
                    files.remove(pod.key());
                    LOG.info("pod {}: removed, left by an earlier run", pod.key());
                }
            } catch (CommandException | LinuxException | UncheckedIOException e) {
                LOG.warn("pod {}: left by an earlier run and not to be cleaned: {}", pod.key(), e.getMessage());
            }
        }
        files.withdrawAllBut(pods.keySet());
    }

    /**
     * Makes one pass.
     *
     * @return how long at most to wait for the next one, in nanoseconds
     */
    long pass(ObjectSet declared, ObjectSet observed, Map<String, List<String>> clusterIps) {
        PodPlan plan = plan(declared);
        unwrittenBefore = unwritten;
        unwritten = new HashSet<>();
        removeUnwanted(plan);
        refuse(plan);
        make(plan, declared, observed);
        ServiceView services = ServiceView.of(ObservedPods.overlay(declared, observed), clusterIps);
        long wait = Long.MAX_VALUE;
        for (ManagedPod pod : pods.values()) {
            wait = Math.min(wait, tend(pod, services));
        }
        wait = Math.min(wait, capture.audit(pods.values()));
        long now = System.nanoTime();
        for (Unmade each : unmade.values()) {
            if (each.backoff.isFailing()) {
                wait = Math.min(wait, each.backoff.remainingNanos(now));
            }
        }
        return Math.max(0, unwritten.isEmpty() ? wait : Math.min(wait, RETRY_NANOS));
    }

    /** Removes every pod and every file of ours. */
    void removeAll() {
        for (ManagedPod pod : new ArrayList<>(pods.values())) {
            remove(pod);
        }
        unmade.keySet().forEach(this::withdraw);
    }

    private PodPlan plan(ObjectSet declared) {
        return PodPlan.of(declared, config.node(), config.capture());
    }

    private void removeUnwanted(PodPlan plan) {
        for (ManagedPod pod : new ArrayList<>(pods.values())) {
            PodSpec spec = plan.pods().get(pod.pod.key());
            if (spec == null || !networks.stillServes(pod.pod, spec)) {
                remove(pod);
            } else {
                pod.spec = spec;
            }
        }
        unmade.keySet().removeIf(key -> {
            boolean gone = !plan.pods().containsKey(key) && !plan.refused().containsKey(key);
            if (gone) {
                withdraw(key);
            }
            return gone;
        });
    }

    private void refuse(PodPlan plan) {
        plan.refused().forEach(this::failed);
        for (PodKey key : plan.hostNetwork()) {
            if (warnedHostNetwork.add(key)) {
                LOG.warn("pod {}: uses hostNetwork; the machine's own network is left alone, no pod is made", key);
            }
        }
        warnedHostNetwork.retainAll(plan.hostNetwork());
    }

    private void make(PodPlan plan, ObjectSet declared, ObjectSet observed) {
        Set<InetAddress> taken = null;
        for (PodSpec spec : plan.pods().values()) {
            Unmade failure = unmade.get(spec.key());
            if (pods.containsKey(spec.key())
                    || (failure != null && failure.backoff.remainingNanos(System.nanoTime()) > 0)) {
                continue;
            }
            if (taken == null) {
                taken = taken(declared, observed);
            }
            try {
                PodNetworks.Made made = networks.make(spec, taken);
                ManagedPod pod = new ManagedPod(spec, made.pod(), made.namespace());
                pod.closedFromStart = made.pod().ownsNetns() && spec.inMesh();
                pods.put(spec.key(), pod);
                taken.addAll(made.pod().addresses());
                unmade.remove(spec.key());
                LOG.info(
                        "pod {}: made, {}",
                        spec.key(),
                        made.pod().addresses().stream()
                                .map(InetAddress::getHostAddress)
                                .toList());
            } catch (CommandException | LinuxException | IllegalStateException | UncheckedIOException e) {
                failed(spec.key(), String.valueOf(e.getMessage()));
            }
        }
    }

    /** Addresses that no other pod may get: declared anywhere, or observed on any node. */
    private Set<InetAddress> taken(ObjectSet declared, ObjectSet observed) {
        Set<InetAddress> taken = new HashSet<>();
        for (ObjectSet objects : List.of(declared, observed)) {
            for (Pod pod : objects.pods()) {
                pod.status().addresses().forEach(address -> taken.add(InetAddress.ofLiteral(address)));
            }
        }
        pods.values().forEach(pod -> taken.addAll(pod.pod.addresses()));
        return taken;
    }

    private void failed(PodKey key, String reason) {
        Unmade failure = unmade.computeIfAbsent(key, absent -> new Unmade());
        if (!failure.reason.equals(reason)) {
            LOG.warn("pod {}: not made: {}", key, reason);
            failure.reason = reason;
        }
        failure.backoff.failed(System.nanoTime());
        publish(new ObservedPod(key, "", config.node(), List.of(), Redirection.NONE, reason));
    }

    /** Does what is due for one pod, and returns how long it can wait for the next time. */
    private long tend(ManagedPod pod, ServiceView services) {
        long wait = Long.MAX_VALUE;
        try {
            boolean dns = pod.spec.inMesh() && pod.spec.capture().dns();
            files.resolve(pod.pod, services, dns);
            capture.redirectServices(pod, services.routes());
            wait = capture.advance(pod, () -> observe(pod));
        } catch (CommandException | LinuxException | IllegalArgumentException | UncheckedIOException e) {
            String reason = String.valueOf(e.getMessage());
            if (!pod.problem.equals(reason)) {
                LOG.warn("{}: {}", pod, reason);
                pod.problem = reason;
            }
            pod.backoff.failed(System.nanoTime());
            wait = pod.backoff.remainingNanos(System.nanoTime());
        }
        observe(pod);
        return wait;
    }

    private void observe(ManagedPod pod) {
        publish(new ObservedPod(
                pod.pod.key(), pod.pod.uid(), config.node(), pod.pod.addresses(), pod.redirection(), pod.problem));
    }

    /** Tells the other programs of a pod; where the disk is full, for instance, the next pass tries again. */
    private void publish(ObservedPod observed) {
        try {
            files.observe(observed);
        } catch (UncheckedIOException e) {
            notWritten(e);
        }
    }

    private void withdraw(PodKey key) {
        try {
            files.withdraw(key);
        } catch (UncheckedIOException e) {
            notWritten(e);
        }
    }

    private void notWritten(UncheckedIOException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String why = e.getMessage() + ": " + cause.getMessage();
        if (unwritten.add(why) && !unwrittenBefore.contains(why)) {
            LOG.warn("{}; others are told as soon as it can be written", why);
        }
    }

    private void remove(ManagedPod pod) {
        PodKey key = pod.pod.key();
        try {
            // Its peers first: nobody shall be sent to a pod that is going.
            files.withdraw(key);
            capture.forget(pod);
            networks.remove(pod.pod);
            files.remove(key);
            LOG.info("pod {}: removed", key);
        } catch (CommandException | LinuxException | UncheckedIOException e) {
            LOG.warn("pod {}: not removed as a whole, the next run will try again: {}", key, e.getMessage());
        }
        pod.namespace.close();
        pods.remove(key);
    }
}
