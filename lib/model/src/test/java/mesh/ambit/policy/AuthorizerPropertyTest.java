package mesh.ambit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch.Presence;
import mesh.ambit.policy.StringMatch.Suffix;
import mesh.ambit.policy.Verdict.Allowed;
import mesh.ambit.policy.Verdict.Denied;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AuthorizerPropertyTest {
    private static final Workload SERVER =
            Workload.builder("server").namespace("default").build();
    private static final Connection CONNECTION = new Connection(
            InetAddress.ofLiteral("10.0.0.1"),
            new SpiffeId("cluster.local", "default", "client"),
            new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 8080));

    @Property(tries = 200, seed = "1")
    void matchingDenyWinsInAnyOrder(@ForAll("policies") List<Policy> others, @ForAll Random order) {
        List<Policy> all = new ArrayList<>(others);
        all.add(new Policy("root", "stop", Scope.GLOBAL, Action.DENY, List.of(new Group(List.of())), false));
        Collections.shuffle(all, order);

        assertThat(judge(all)).isInstanceOf(Denied.class);
    }

    @Property(tries = 200, seed = "1")
    void orderOfArrivalDoesNotDecide(@ForAll("policies") List<Policy> policies, @ForAll Random order) {
        List<Policy> shuffled = new ArrayList<>(policies);
        Collections.shuffle(shuffled, order);

        assertThat(judge(shuffled).getClass()).isEqualTo(judge(policies).getClass());
    }

    @Property(tries = 200, seed = "1")
    void policyOnTrialDecidesNothing(@ForAll("policies") List<Policy> policies, @ForAll("policies") List<Policy> more) {
        List<Policy> trial = new ArrayList<>(policies);
        for (Policy policy : more) {
            trial.add(new Policy("trial", policy.name(), Scope.GLOBAL, policy.action(), policy.groups(), true));
        }

        assertThat(judge(trial).getClass()).isEqualTo(judge(policies).getClass());
    }

    @Property(tries = 200, seed = "1")
    void withoutPoliciesThatAllowOnlyADenyRefuses(@ForAll("policies") List<Policy> policies) {
        List<Policy> denying =
                policies.stream().filter(p -> p.action() == Action.DENY).toList();
        boolean denied = denying.stream().anyMatch(p -> !p.dryRun() && Authorizer.matches(p, CONNECTION));

        assertThat(judge(denying)).isInstanceOf(denied ? Denied.class : Allowed.class);
    }

    private static Verdict judge(List<Policy> policies) {
        return Authorizer.authorize(PolicySet.EMPTY.apply(policies, List.of()), SERVER, CONNECTION);
    }

    @Provide
    Arbitrary<List<Policy>> policies() {
        Arbitrary<Match> match = Arbitraries.of(
                Match.EMPTY,
                Match.builder().principals(List.of(new Presence())).build(),
                Match.builder().notPrincipals(List.of(new Presence())).build(),
                Match.builder().principals(List.of(new Suffix("client"))).build(),
                Match.builder().destinationPorts(List.of(8080)).build(),
                Match.builder().notDestinationPorts(List.of(8080)).build());
        Arbitrary<Clause> clause = match.list().ofMaxSize(3).map(Clause::new);
        Arbitrary<Group> group = clause.list().ofMaxSize(3).map(Group::new);
        Arbitrary<List<Group>> groups = group.list().ofMaxSize(3);
        Arbitrary<Scope> scope = Arbitraries.of(Scope.GLOBAL, Scope.NAMESPACE);
        Arbitrary<Policy> policy = Combinators.combine(
                        scope, Arbitraries.of(Action.class), groups, Arbitraries.of(true, false))
                .as((s, action, g, dryRun) -> new Policy("default", "p", s, action, g, dryRun));
        return policy.list().ofMaxSize(5).map(AuthorizerPropertyTest::numbered);
    }

    private static List<Policy> numbered(List<Policy> policies) {
        List<Policy> numbered = new ArrayList<>();
        for (Policy p : policies) {
            numbered.add(
                    new Policy(p.namespace(), "p" + numbered.size(), p.scope(), p.action(), p.groups(), p.dryRun()));
        }
        return numbered;
    }
}
