package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.PeerAuthentication;
import org.junit.jupiter.api.Test;

class PolicyAttachmentTest {
    private static final List<AuthorizationPolicy> POLICIES = List.of(
            Objects.policy("shop", "z", "selector: {matchLabels: {app: web}}"),
            Objects.policy("shop", "a", "selector: {matchLabels: {app: web, tier: front}}"),
            Objects.policy("shop", "everybody", "selector: {}"),
            Objects.policy("shop", "namespace", ""),
            Objects.policy("bank", "b", "selector: {matchLabels: {app: web}}"),
            Objects.policy("istio-system", "root", "selector: {matchLabels: {app: web}}"));
    private static final PeerAuthentication STRICT = Objects.peer("istio-system", "mesh", "mtls: {mode: STRICT}");

    @Test
    void selectingPoliciesComeSortedThenThatOfThePeerAuthentication() {
        assertThat(attachment(List.of(STRICT)).of("shop", Map.of("app", "web")))
                .containsExactly("istio-system/root", "shop/z", "istio-system/istio_converted_static_strict");
    }

    @Test
    void policiesOfTheRootNamespaceAreListedOnceThere() {
        assertThat(attachment(List.of()).of("istio-system", Map.of("app", "web")))
                .containsExactly("istio-system/root");
    }

    @Test
    void selectorsNeverMatchWorkloadsWithoutLabels() {
        assertThat(attachment(List.of()).of("shop", Map.of())).isEmpty();
    }

    private static PolicyAttachment attachment(List<PeerAuthentication> peers) {
        return new PolicyAttachment(
                POLICIES,
                new PeerAuthenticationConversion(new PeerAuthentications(peers, "istio-system"), "istio-system"),
                "istio-system");
    }
}
