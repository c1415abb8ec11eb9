package mesh.ambit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;

/** A policy is known by the name of its resource, whatever it says its own is. */
class PolicySetTest {
    private static final Policy ODD = new Policy(
            "elsewhere/odd",
            "shop",
            "strict",
            Policy.Scope.WORKLOAD_SELECTOR,
            Policy.Action.DENY,
            List.of(new Policy.Group(List.of())),
            false);
    private static final Policy USUAL =
            new Policy("shop", "strict", Policy.Scope.GLOBAL, Policy.Action.ALLOW, List.of(), false);

    private final PolicySet both = PolicySet.EMPTY.apply(List.of(ODD, USUAL), List.of());

    @Test
    void twoResourcesThatCallThemselvesTheSameAreTwo() {
        assertThat(both.find("elsewhere/odd")).isEqualTo(ODD);
        assertThat(both.find("shop/strict")).isEqualTo(USUAL);
        assertThat(both.apply(List.of(), List.of("shop/strict")).policies().values())
                .containsExactly(ODD);
    }

    @Test
    void workloadsListTheNameOfTheResource() {
        Workload workload = Workload.builder("uid")
                .name("web")
                .namespace("shop")
                .authorizationPolicies(List.of("elsewhere/odd"))
                .build();

        assertThat(both.applicableTo(workload)).containsExactlyInAnyOrder(ODD, USUAL);
        assertThat(both.apply(List.of(), List.of("elsewhere/odd")).applicableTo(workload))
                .containsExactly(USUAL);
    }
}
