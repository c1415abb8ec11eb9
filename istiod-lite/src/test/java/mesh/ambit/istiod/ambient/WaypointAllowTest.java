package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.StringMatch;
import org.junit.jupiter.api.Test;

class WaypointAllowTest {
    @Test
    void theWaypointsPodsAreAllowedEachByItsAccount() {
        Policy policy = requireNonNull(WaypointAllow.policy("shop", "gate", List.of("z", "a", "a"), "t@rust"));

        assertThat(policy.key()).isEqualTo("shop/istio_allow_waypoint_shop_gate");
        assertThat(policy.key()).isEqualTo(WaypointAllow.key("shop", "gate"));
        assertThat(policy.action()).isEqualTo(Policy.Action.ALLOW);
        assertThat(policy.scope()).isEqualTo(Policy.Scope.WORKLOAD_SELECTOR);
        assertThat(policy.groups()
                        .getFirst()
                        .clauses()
                        .getFirst()
                        .matches()
                        .getFirst()
                        .principals())
                .containsExactly(
                        new StringMatch.Exact("t.rust/ns/shop/sa/a"),
                        new StringMatch.Exact("t.rust/ns/shop/sa/a"),
                        new StringMatch.Exact("t.rust/ns/shop/sa/z"));
    }

    @Test
    void aWaypointWithoutPodsHasNone() {
        assertThat(WaypointAllow.policy("shop", "gate", List.of(), "cluster.local"))
                .isNull();
    }

    @Test
    void theOwnWaypointComesLastAndOnce() {
        assertThat(WaypointAllow.listed("a/own", List.of("c/x", "b/x", "a/own", "b/x")))
                .containsExactly("b/x", "c/x", "a/own");
        assertThat(WaypointAllow.listed(null, List.of("c/x", "b/x"))).containsExactly("b/x", "c/x");
    }
}
