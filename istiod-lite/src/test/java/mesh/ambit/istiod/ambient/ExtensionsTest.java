package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What labels of ours add, in the words of a schema that knows nothing of it. */
class ExtensionsTest {
    private static final String POD =
            "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web}%s}, "
                    + "status: {podIP: 10.0.0.1}}\n---\n";
    private static final String PLAIN_POD = POD.formatted("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {ambit.mesh/require-waypoint: 'true'}}}",
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {ambit.mesh/require-waypoint: 'true'}}}",
                "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {ambit.mesh/require-waypoint: 'true'}},"
                        + " spec: {clusterIP: 10.96.0.1, selector: {app: web}}}"
            })
    void requiredWaypointIsAPolicyWithoutRulesThatThePodLists(String object) {
        MeshState state = compute(PLAIN_POD + object);

        assertThat(pod(state).authorizationPolicies()).containsExactly("shop/ambit-require-waypoint");
        assertInert(state, "shop/ambit-require-waypoint");
    }

    @Test
    void requiredWaypointOfAPodIsThatPodsOnly() {
        String marked = POD.formatted(", annotations: {ambit.mesh/require-waypoint: 'true'}");

        assertThat(pod(compute(marked)).authorizationPolicies()).containsExactly("shop/ambit-require-waypoint");
        assertThat(compute(PLAIN_POD).authorizations()).isEmpty();
        assertThat(pod(compute(PLAIN_POD)).authorizationPolicies()).isEmpty();
    }

    @Test
    void outboundPolicyOfANamespaceAppliesToNobodyWhoDoesNotKnowItsName() {
        MeshState state = compute(PLAIN_POD + outbound("shop", ""));

        assertThat(state.authorizations()).containsOnlyKeys("shop/ambit-outbound-egress");
        Policy policy = requireNonNull(state.authorizations().get("shop/ambit-outbound-egress"));
        assertThat(policy.scope()).isEqualTo(Scope.WORKLOAD_SELECTOR);
        assertThat(policy.groups()).hasSize(1);
        assertThat(pod(state).authorizationPolicies()).isEmpty();
    }

    @Test
    void outboundPolicyOfTheRootNamespaceIsTheMeshs() {
        MeshState state = compute(PLAIN_POD + outbound("istio-system", ""));

        assertThat(state.authorizations()).containsOnlyKeys("istio-system/ambit-outbound_mesh_egress");
    }

    @Test
    void outboundPolicyForSomeIsListedThroughOneWithoutRules() {
        MeshState state = compute(PLAIN_POD + outbound("shop", "selector: {matchLabels: {app: web}}, "));

        assertThat(state.authorizations())
                .containsOnlyKeys("shop/ambit-outbound_to_egress", "shop/ambit-outbound_by_egress");
        assertThat(pod(state).authorizationPolicies()).containsExactly("shop/ambit-outbound_by_egress");
        assertInert(state, "shop/ambit-outbound_by_egress");
    }

    private static void assertInert(MeshState state, String key) {
        Policy policy = requireNonNull(state.authorizations().get(key), key);
        assertThat(policy.action()).isEqualTo(Action.DENY);
        assertThat(policy.scope()).isEqualTo(Scope.WORKLOAD_SELECTOR);
        assertThat(policy.groups()).isEmpty();
    }

    private static String outbound(String namespace, String selector) {
        return "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: egress, namespace: "
                + namespace + ", labels: {ambit.mesh/direction: outbound}}, spec: {" + selector
                + "action: DENY, rules: [{to: [{operation: {ports: ['5432']}}]}]}}";
    }

    private static Workload pod(MeshState state) {
        return (Workload) requireNonNull(state.addresses().get("Kubernetes//Pod/shop/web-1"));
    }

    private static MeshState compute(String yaml) {
        return AmbientIndex.compute(Objects.set(yaml), MeshSettings.DEFAULT);
    }
}
