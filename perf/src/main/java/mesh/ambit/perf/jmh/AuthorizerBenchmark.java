package mesh.ambit.perf.jmh;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.StringMatch;
import mesh.ambit.policy.StringMatch.Exact;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to decide whether a connection may be, by the number of policies over its destination. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AuthorizerBenchmark {
    private static final int PRINCIPALS = 20;

    /** Policies of the destination's namespace; each lists twenty principals, and the last one lets us in. */
    @Param({"1", "10", "100"})
    public int policies;

    private final Workload server = Workload.builder("Kubernetes//Pod/default/server")
            .name("server")
            .namespace("default")
            .build();
    private final Connection friend = connection("client");
    private final Connection stranger = connection("stranger");
    private PolicySet set = PolicySet.EMPTY;

    @Setup
    public void fill() {
        List<Policy> all = new ArrayList<>();
        for (int i = 0; i < policies; i++) {
            List<StringMatch> principals = new ArrayList<>();
            for (int j = 0; j < PRINCIPALS; j++) {
                principals.add(new Exact("cluster.local/ns/default/sa/account-" + i + "-" + j));
            }
            if (i == policies - 1) {
                principals.add(new Exact("cluster.local/ns/default/sa/client"));
            }
            Match match = Match.builder().principals(principals).build();
            all.add(new Policy(
                    "default",
                    "policy-" + i,
                    Policy.Scope.NAMESPACE,
                    Action.ALLOW,
                    List.of(new Group(List.of(new Clause(List.of(match))))),
                    false));
        }
        set = PolicySet.EMPTY.apply(all, List.of());
    }

    @Benchmark
    public Object allowed() {
        return Authorizer.authorize(set, server, friend);
    }

    @Benchmark
    public Object denied() {
        return Authorizer.authorize(set, server, stranger);
    }

    private static Connection connection(String account) {
        return new Connection(
                InetAddress.ofLiteral("10.0.0.1"),
                new SpiffeId("cluster.local", "default", account),
                new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 8080));
    }
}
