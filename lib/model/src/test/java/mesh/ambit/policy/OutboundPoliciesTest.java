package mesh.ambit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.Verdict.Allowed;
import mesh.ambit.policy.Verdict.Denied;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboundPoliciesTest {
    private static final Workload WEB =
            Workload.builder("web").namespace("shop").build();

    @Test
    void workloadWithoutOutboundPoliciesIsNotJudged() {
        assertThat(judge(WEB, 80)).isNull();
        assertThat(judge(WEB, 80, policy("shop", "other", Scope.NAMESPACE, Action.DENY, 80)))
                .isNull();
        assertThat(judge(WEB, 80, policy("bank", "ambit-outbound-x", Scope.WORKLOAD_SELECTOR, Action.DENY, 80)))
                .isNull();
    }

    @Test
    void policyOfTheNamespaceJudgesByThePortDialled() {
        Policy ports = policy("shop", "ambit-outbound-x", Scope.WORKLOAD_SELECTOR, Action.DENY, 5432);

        assertThat(judge(WEB, 5432, ports)).isEqualTo(new Denied("shop/ambit-outbound-x", List.of()));
        assertThat(judge(WEB, 80, ports)).isInstanceOf(Allowed.class);
    }

    @Test
    void onceSomethingIsAllowedTheRestIsNot() {
        Policy ports = policy("root", "ambit-outbound_mesh_x", Scope.WORKLOAD_SELECTOR, Action.ALLOW, 443);

        assertThat(judge(WEB, 443, ports)).isInstanceOf(Allowed.class);
        assertThat(judge(WEB, 80, ports)).isEqualTo(new Denied(null, List.of()));
    }

    @Test
    void policyForSomeIsFoundThroughWhatTheyList() {
        Policy rules = policy("shop", "ambit-outbound_to_x", Scope.WORKLOAD_SELECTOR, Action.DENY, 80);
        Workload listing = WEB.toBuilder()
                .authorizationPolicies(List.of("shop/other", "shop/ambit-outbound_by_x", "shop/ambit-outbound_by_gone"))
                .build();

        assertThat(judge(listing, 80, rules)).isInstanceOf(Denied.class);
        assertThat(judge(WEB, 80, rules)).isNull();
    }

    @Test
    void inboundPoliciesOfThatNameStayInbound() {
        Policy inbound = policy("shop", "ambit-outbound-x", Scope.NAMESPACE, Action.DENY, 80);

        assertThat(judge(WEB, 80, inbound)).isNull();
        assertThat(Authorizer.authorize(PolicySet.EMPTY.apply(List.of(inbound), List.of()), WEB, connection(80)))
                .isInstanceOf(Denied.class);
    }

    @Test
    void outboundPoliciesJudgeNothingThatComesIn() {
        Policy ports = policy("shop", "ambit-outbound-x", Scope.WORKLOAD_SELECTOR, Action.DENY, 80);

        assertThat(Authorizer.authorize(PolicySet.EMPTY.apply(List.of(ports), List.of()), WEB, connection(80)))
                .isInstanceOf(Allowed.class);
    }

    @Test
    void removedOrRescopedPolicyIsForgotten() {
        Policy ports = policy("shop", "ambit-outbound-x", Scope.WORKLOAD_SELECTOR, Action.DENY, 80);
        PolicySet set = PolicySet.EMPTY.apply(List.of(ports), List.of());
        Policy inbound = policy("shop", "ambit-outbound-x", Scope.NAMESPACE, Action.DENY, 80);

        assertThat(set.outboundOf(WEB)).containsExactly(ports);
        assertThat(set.apply(List.of(), List.of(ports.key())).outboundOf(WEB)).isEmpty();
        assertThat(set.apply(List.of(inbound), List.of()).outboundOf(WEB)).isEmpty();
    }

    private static @Nullable Verdict judge(Workload source, int port, Policy... policies) {
        return Authorizer.authorizeOutbound(
                PolicySet.EMPTY.apply(List.of(policies), List.of()), source, connection(port));
    }

    private static Policy policy(String namespace, String name, Scope scope, Action action, int port) {
        Match match = Match.builder().destinationPorts(List.of(port)).build();
        return new Policy(
                namespace, name, scope, action, List.of(new Group(List.of(new Clause(List.of(match))))), false);
    }

    private static Connection connection(int port) {
        return new Connection(
                InetAddress.ofLiteral("10.0.0.1"),
                new SpiffeId("cluster.local", "shop", "web"),
                new InetSocketAddress(InetAddress.ofLiteral("10.96.0.1"), port));
    }
}
