package mesh.ambit.node.app;

import java.util.List;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.pods.ObservedPod.Redirection;
import mesh.ambit.node.pods.PodRecord;
import mesh.ambit.node.pods.PodSpec;
import mesh.ambit.node.rules.CaptureOptions;
import mesh.ambit.node.rules.ServiceRoute;
import mesh.ambit.node.zds.ZdsWorkload;
import org.jspecify.annotations.Nullable;

/** A pod that exists, and how far we have come with it. Belongs to the thread of the reconcile loop. */
final class ManagedPod {
    final PodRecord pod;
    final NetNs namespace;
    final Backoff backoff = new Backoff();

    PodSpec spec;
    CaptureStage stage = CaptureStage.OPEN;
    boolean offered;
    /** Whether a ztunnel has served the pod since it was captured; what its peers may rely on. */
    boolean confirmed;
    /** Whether nothing can be lost by closing the pod before a ztunnel serves it. */
    boolean closedFromStart;

    /** The rules in force, null if none. */
    @Nullable
    CaptureOptions enforced;

    /** The redirection of services in force, null if none. */
    @Nullable
    List<ServiceRoute> routes;

    long drainBeganNanos;
    long auditedNanos;
    /** What is wrong, empty if nothing. */
    String problem = "";

    ManagedPod(PodSpec spec, PodRecord pod, NetNs namespace) {
        this.spec = spec;
        this.pod = pod;
        this.namespace = namespace;
    }

    ZdsWorkload workload() {
        return new ZdsWorkload(pod.uid(), pod.key().name(), pod.key().namespace(), spec.serviceAccount());
    }

    Redirection redirection() {
        if (!spec.inMesh()) {
            return Redirection.NONE;
        }
        return stage == CaptureStage.CAPTURED && confirmed ? Redirection.ENABLED : Redirection.PENDING;
    }

    @Override
    public String toString() {
        return "pod " + pod.key();
    }
}
