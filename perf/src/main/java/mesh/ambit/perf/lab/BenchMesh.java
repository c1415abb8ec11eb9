package mesh.ambit.perf.lab;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch.Exact;

/** The mesh that ztunnels are told of: the pods under load, a policy over them, and many pods of others. */
final class BenchMesh {
    static final String NAMESPACE = "bench";
    private static final String CROWD = "crowd";
    private static final int CROWD_PER_SUBNET = 250;

    private BenchMesh() {}

    static String node(String subject, String role) {
        return subject + "-" + role;
    }

    static String pod(String subject, String role) {
        return subject + "-" + role;
    }

    /** Makes the client and server pods of a subject known, and the policy that lets the one to the other. */
    static void declare(ControlPlane control, String subject, InetAddress client, InetAddress server) {
        control.update(List.of(workload(subject, "client", client), workload(subject, "server", server)));
        String principal = "cluster.local/ns/" + NAMESPACE + "/sa/" + pod(subject, "client");
        control.enforce(new Policy(
                NAMESPACE,
                "allow-" + subject,
                Scope.NAMESPACE,
                Action.ALLOW,
                List.of(group(Match.builder()
                        .principals(List.of(new Exact(principal)))
                        .build())),
                false));
        control.enforce(new Policy(
                NAMESPACE,
                "deny-strangers",
                Scope.NAMESPACE,
                Action.DENY,
                List.of(group(Match.builder()
                        .notNamespaces(List.of(new Exact(NAMESPACE)))
                        .build())),
                false));
    }

    /** Returns {@code count} pods of other nodes; those of another {@code generation} differ in what can change. */
    static List<Workload> crowd(int count, int generation) {
        List<Workload> crowd = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = "pod-" + i;
            crowd.add(Workload.builder("Kubernetes//Pod/" + CROWD + "/" + name)
                    .name(name)
                    .namespace(CROWD)
                    .serviceAccount("account-" + i % 100)
                    .node("elsewhere-" + i % 50)
                    .workloadName("deployment-" + i / 10)
                    .canonicalName("deployment-" + i / 10)
                    .canonicalRevision("v" + generation)
                    .addresses(List.of(
                            InetAddress.ofLiteral("10.79." + i / CROWD_PER_SUBNET + "." + (i % CROWD_PER_SUBNET + 1))))
                    .tunnelProtocol(TunnelProtocol.HBONE)
                    .build());
        }
        return crowd;
    }

    private static Group group(Match match) {
        return new Group(List.of(new Clause(List.of(match))));
    }

    private static Workload workload(String subject, String role, InetAddress address) {
        String name = pod(subject, role);
        return Workload.builder("Kubernetes//Pod/" + NAMESPACE + "/" + name)
                .name(name)
                .namespace(NAMESPACE)
                .serviceAccount(name)
                .node(node(subject, role))
                .workloadName(name)
                .canonicalName(name)
                .addresses(List.of(address))
                .tunnelProtocol(TunnelProtocol.HBONE)
                .build();
    }
}
