package mesh.ambit.node.app;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.node.app.CaptureStep.Standing;
import mesh.ambit.node.rules.PodRules;
import mesh.ambit.node.rules.ServiceRoute;
import mesh.ambit.node.zds.ZdsServer;
import mesh.ambit.node.zds.ZdsStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes pods into the mesh and out of it, a step at a time, so that no connection is lost on the way and no pod of the
 * mesh is ever outside without anybody noticing. Belongs to the thread of the reconcile loop.
 */
final class PodCapture {
    private static final Logger LOG = LoggerFactory.getLogger(PodCapture.class);

    /** How soon a draining pod is looked at again. */
    private static final Duration DRAIN_POLL = Duration.ofMillis(200);

    /** Pause between looking up the rules of one pod and those of the next. */
    private static final Duration AUDIT_PAUSE = Duration.ofMillis(100);

    /** How long peers may take to learn that a pod has left; until then some still open tunnels to it. */
    private static final Duration PEERS_LEARN = Duration.ofSeconds(2);

    /** How many of the connections that stay outside are named in the log. */
    private static final int MAX_NAMED = 10;

    private final NodeSetupConfig config;
    private final ZdsServer zds;

    PodCapture(NodeSetupConfig config, ZdsServer zds) {
        this.config = config;
        this.zds = zds;
    }

    /** Finds out by looking how far an earlier run had come with the pod. */
    void takeOver(ManagedPod pod) {
        if (PodRules.missing(pod.namespace, pod.spec.capture()).isEmpty()) {
            pod.stage = CaptureStage.CAPTURED;
            pod.enforced = pod.spec.capture();
            // The earlier run had seen a ztunnel serve it, and its peers rely on that.
            pod.confirmed = true;
            pod.auditedNanos = System.nanoTime();
        } else if (PodRules.leftIn(pod.namespace)) {
            pod.stage = CaptureStage.DRAINING;
            pod.drainBeganNanos = System.nanoTime();
            pod.closedFromStart = pod.spec.inMesh();
        }
    }

    /** Has services' addresses lead to {@code routes} in the pod. */
    void redirectServices(ManagedPod pod, List<ServiceRoute> routes) {
        if (!routes.equals(pod.routes)) {
            PodRules.redirectServices(pod.namespace, routes);
            pod.routes = routes;
        }
    }

    /**
     * Does what is due.
     *
     * @param publish makes known how the pod stands now, where others must know before the next step
     * @return how long at most to wait before the next call, in nanoseconds
     */
    long advance(ManagedPod pod, Runnable publish) {
        long now = System.nanoTime();
        if (pod.backoff.remainingNanos(now) > 0) {
            return pod.backoff.remainingNanos(now);
        }
        boolean acknowledged = zds.status().acknowledged().contains(pod.pod.uid());
        pod.confirmed |= acknowledged && pod.stage == CaptureStage.CAPTURED;
        for (CaptureStep step = next(pod, acknowledged); step != CaptureStep.NOTHING; step = next(pod, acknowledged)) {
            take(step, pod, publish);
        }
        pod.confirmed |= acknowledged && pod.stage == CaptureStage.CAPTURED;
        // Asked anew: what was rejected may just have been offered again.
        return settle(pod, zds.status(), now);
    }

    /**
     * Looks up rules in the kernel that have not been looked at for long: one pod at a time, so that it never takes
     * long. Returns how long at most to wait before the next call, in nanoseconds.
     */
    long audit(Collection<ManagedPod> pods) {
        ManagedPod oldest = null;
        for (ManagedPod pod : pods) {
            if (pod.stage == CaptureStage.CAPTURED && (oldest == null || pod.auditedNanos - oldest.auditedNanos < 0)) {
                oldest = pod;
            }
        }
        if (oldest == null) {
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        long due = oldest.auditedNanos + config.verifyInterval().toNanos() - now;
        if (due > 0) {
            return Math.max(due, AUDIT_PAUSE.toNanos());
        }
        oldest.auditedNanos = now;
        List<String> missing;
        try {
            missing = PodRules.missing(oldest.namespace, oldest.spec.capture());
        } catch (CommandException | LinuxException e) {
            // A tool that hangs on a busy machine says nothing of the rules, and must not end the others' capture.
            LOG.warn(
                    "{}: its rules could not be looked up, again in {}: {}",
                    oldest,
                    config.verifyInterval(),
                    e.getMessage());
            return AUDIT_PAUSE.toNanos();
        }
        if (missing.isEmpty()) {
            return AUDIT_PAUSE.toNanos();
        }
        LOG.warn("{}: was not captured any more, somebody removed {}; putting it back", oldest, missing);
        oldest.enforced = null;
        return 0;
    }

    /** Lets go of a pod that is to be removed. */
    void forget(ManagedPod pod) {
        if (pod.offered) {
            zds.remove(pod.pod.uid());
        }
    }

    private CaptureStep next(ManagedPod pod, boolean acknowledged) {
        return CaptureStep.next(new Standing(
                pod.spec.inMesh(),
                pod.stage,
                pod.offered,
                acknowledged,
                pod.closedFromStart,
                !pod.spec.capture().equals(pod.enforced),
                pod.stage == CaptureStage.DRAINING && isDrained(pod)));
    }

    private void take(CaptureStep step, ManagedPod pod, Runnable publish) {
        switch (step) {
            case NOTHING -> {}
            case OFFER -> {
                zds.add(pod.workload(), pod.namespace);
                pod.offered = true;
            }
            case ENROL -> enrol(pod);
            case DRAIN -> {
                // Peers first: they shall not expect a tunnel where soon nobody ends one.
                pod.confirmed = false;
                publish.run();
                PodRules.drain(pod.namespace);
                pod.stage = CaptureStage.DRAINING;
                pod.enforced = null;
                pod.drainBeganNanos = System.nanoTime();
                LOG.info("{}: leaves the mesh; captured connections may go on for {}", pod, config.drainPeriod());
            }
            case FINISH -> {
                withdraw(pod);
                PodRules.remove(pod.namespace);
                pod.stage = CaptureStage.OPEN;
                LOG.info("{}: has left the mesh", pod);
            }
            case WITHDRAW -> withdraw(pod);
        }
    }

    private void enrol(ManagedPod pod) {
        List<String> outside = PodRules.enrol(pod.namespace, pod.spec.capture());
        List<String> missing = PodRules.missing(pod.namespace, pod.spec.capture());
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("rules were written but are not in force: " + missing);
        }
        boolean wasOpen = pod.stage == CaptureStage.OPEN;
        pod.stage = CaptureStage.CAPTURED;
        pod.enforced = pod.spec.capture();
        pod.closedFromStart = false;
        pod.auditedNanos = System.nanoTime();
        LOG.info("{}: captured", pod);
        if (wasOpen && !outside.isEmpty()) {
            LOG.info(
                    "{}: {} connections from before stay outside the mesh: {}",
                    pod,
                    outside.size(),
                    outside.subList(0, Math.min(MAX_NAMED, outside.size())));
        }
    }

    private void withdraw(ManagedPod pod) {
        if (pod.offered) {
            zds.remove(pod.pod.uid());
            pod.offered = false;
        }
        pod.confirmed = false;
    }

    private boolean isDrained(ManagedPod pod) {
        Duration draining = Duration.ofNanos(System.nanoTime() - pod.drainBeganNanos);
        return draining.compareTo(config.drainPeriod()) >= 0
                || (draining.compareTo(PEERS_LEARN) >= 0 && PodRules.captured(pod.namespace, pod.pod.addresses()) == 0);
    }

    /** Notes what is wrong now that nothing more can be done, and returns when to look again. */
    private long settle(ManagedPod pod, ZdsStatus status, long now) {
        boolean acknowledged = status.acknowledged().contains(pod.pod.uid());
        String rejection = status.rejected().get(pod.pod.uid());
        if (!pod.spec.inMesh()) {
            pod.problem = "";
            pod.backoff.succeeded();
            return pod.stage == CaptureStage.DRAINING ? DRAIN_POLL.toNanos() : Long.MAX_VALUE;
        }
        if (rejection != null && !acknowledged) {
            report(pod, "ztunnel does not serve it: " + rejection);
            pod.backoff.failed(now);
            // Told again when the time has come.
            pod.offered = false;
            return pod.backoff.remainingNanos(now);
        }
        pod.backoff.succeeded();
        if (!acknowledged && !pod.confirmed) {
            report(pod, status.connections() == 0 ? "no ztunnel is connected" : "ztunnel has not answered yet");
        } else {
            pod.problem = "";
        }
        return Long.MAX_VALUE;
    }

    private static void report(ManagedPod pod, String problem) {
        if (!pod.problem.equals(problem)) {
            LOG.info(
                    "{}: {}: {}", pod, pod.stage == CaptureStage.CAPTURED ? "closed" : "waits to be captured", problem);
            pod.problem = problem;
        }
    }
}
