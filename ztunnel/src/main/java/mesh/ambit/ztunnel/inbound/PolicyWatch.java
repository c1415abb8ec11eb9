package mesh.ambit.ztunnel.inbound;

import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Has the live connections of a pod judged again when what they are judged by changes: a policy that applies to
 * the pod, its own list of attached policies, or a waypoint that it insists on. Watches until it is closed, through a
 * drain too.
 */
public final class PolicyWatch implements AutoCloseable {
    private final InboundContext context;
    private final Runnable watcher = this::look;
    /** The rules as last seen, null before; belongs to the writer of mesh and policies. */
    private @Nullable Rules last;

    /** Makes one, which watches from now on. */
    public PolicyWatch(InboundContext context) {
        this.context = context;
        context.policies().watch(watcher);
        context.mesh().watch(watcher);
    }

    @Override
    public void close() {
        context.policies().unwatch(watcher);
        context.mesh().unwatch(watcher);
    }

    /** A record that is gone judges nothing: the pod is ending, or the control plane starts over. */
    private void look() {
        Workload local = context.pod().current();
        if (local == null) {
            return;
        }
        Rules now = Rules.of(
                context.router().requireWaypoint(),
                context.mesh().current(),
                context.policies().current(),
                local);
        if (!now.equals(last)) {
            last = now;
            context.connections().judgeAgain();
        }
    }
}
