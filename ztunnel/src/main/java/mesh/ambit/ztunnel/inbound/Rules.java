package mesh.ambit.ztunnel.inbound;

import java.util.List;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.PolicySet;

/**
 * All that the connections of one workload are judged by at one moment. Equal rules judge equal connections alike, so
 * only a change of them is a reason to judge again.
 *
 * @param applicable the policies that apply to the workload
 * @param missing policies that it lists and that have not arrived
 * @param outbound the policies about what it opens
 * @param waypoints the waypoints that it insists on
 */
record Rules(List<Policy> applicable, List<String> missing, List<Policy> outbound, WaypointRule waypoints) {
    Rules {
        applicable = List.copyOf(applicable);
        missing = List.copyOf(missing);
        outbound = List.copyOf(outbound);
    }

    static Rules of(RequireWaypoint mode, MeshSnapshot mesh, PolicySet policies, Workload local) {
        List<Policy> applicable = policies.applicableTo(local);
        List<String> missing = local.authorizationPolicies().stream()
                .filter(key -> policies.find(key) == null)
                .toList();
        return new Rules(
                applicable, missing, policies.outboundOf(local), WaypointRule.of(mode, mesh, local, applicable));
    }
}
