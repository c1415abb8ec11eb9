package mesh.ambit.ztunnel.inbound;

import java.util.List;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.inpod.LiveConnections.Live;

/**
 * Has every live inbound connection of a pod judged again when policies change, and when the pod's own list of attached
 * policies does. Watches until it is closed, through a drain too.
 */
public final class PolicyWatch implements AutoCloseable {
    private final InboundContext context;
    private final Runnable policiesChanged = this::judgeAll;
    private final Runnable meshChanged = this::meshChanged;
    /** The list as last seen; belongs to the writer of the mesh. */
    private List<String> attached = List.of();

    public PolicyWatch(InboundContext context) {
        this.context = context;
        context.policies().watch(policiesChanged);
        context.mesh().watch(meshChanged);
    }

    @Override
    public void close() {
        context.policies().unwatch(policiesChanged);
        context.mesh().unwatch(meshChanged);
    }

    private void judgeAll() {
        context.connections().forEach(Live::judgeAgain);
    }

    private void meshChanged() {
        Workload local = context.pod().current();
        if (local != null && !local.authorizationPolicies().equals(attached)) {
            attached = local.authorizationPolicies();
            judgeAll();
        }
    }
}
