package mesh.ambit.ztunnel.inbound;

import java.util.List;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.Verdict;
import mesh.ambit.policy.Verdict.Denied;
import org.jspecify.annotations.Nullable;

/** Judges connections by the policies, and by the waypoints, as they stand. Thread-safe. */
final class Judge {
    private final InboundContext context;

    Judge(InboundContext context) {
        this.context = context;
    }

    /** Returns why a new connection is refused, or null if it may be; logs the decision. */
    @Nullable
    String refusal(Workload local, Connection connection, Scene scene) {
        String denied = byPolicies(local, connection, scene);
        return denied != null ? denied : waypoints(local).refusal(local, connection);
    }

    /** Returns why a connection that stands may not go on, or null if it may; logs the decision. */
    @Nullable
    String lateRefusal(Workload local, Connection connection, Scene scene) {
        String denied = byPolicies(local, connection, scene);
        return denied != null ? denied : waypoints(local).lateRefusal(local, connection);
    }

    private @Nullable String byPolicies(Workload local, Connection connection, Scene scene) {
        PolicySet policies = context.policies().current();
        Verdict verdict = Authorizer.authorize(policies, local, connection);
        context.decisions().write(verdict, scene);
        if (verdict instanceof Denied denied) {
            context.decisions().explain(policies.applicableTo(local), connection);
            return denied.reason();
        }
        return null;
    }

    private WaypointRule waypoints(Workload local) {
        RequireWaypoint mode = context.router().requireWaypoint();
        if (mode == RequireWaypoint.OFF) {
            return WaypointRule.NONE;
        }
        MeshSnapshot mesh = context.mesh().current();
        PolicySet policies = context.policies().current();
        return WaypointRule.of(
                mode, mesh, local, mode == RequireWaypoint.ALL ? List.of() : policies.applicableTo(local));
    }
}
