package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Reason;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Allowed;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Denied;
import org.junit.jupiter.api.Test;

class NodeAuthorizerTest {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final Placement PLACEMENT = Placement.of(
            Set.of(new Placement.Entry("shop", "web", "node-a"), new Placement.Entry("shop", "db", "node-b")),
            Map.of(
                    new Placement.PodName("istio-system", "ztunnel-x7f"),
                    new Placement.PodFacts("uid-1", "ztunnel", "node-a"),
                    new Placement.PodName("istio-system", "ztunnel-q2z"),
                    new Placement.PodFacts("uid-2", "other", "node-a"),
                    new Placement.PodName("istio-system", "ztunnel-pending"),
                    new Placement.PodFacts("uid-3", "ztunnel", "")));

    private final NodeAuthorizer authorizer = new NodeAuthorizer(Set.of("istio-system/ztunnel"), () -> "cluster.local");

    @Test
    void proxyGetsTheIdentityOfAPodOfItsNode() {
        assertThat(decide(ztunnel("node-a"), WEB)).isEqualTo(new Allowed(SpiffeId.parse(WEB), "node-a"));
    }

    @Test
    void proxyOfAnotherNodeIsDenied() {
        assertThat(decide(ztunnel("node-b"), WEB)).isEqualTo(new Denied(Reason.NOT_ON_CALLERS_NODE));
    }

    @Test
    void nodeOfACallerWhoseTokenNamesNoneIsThatOfItsPod() {
        assertThat(decide(pod("ztunnel-x7f", "uid-1"), WEB)).isEqualTo(new Allowed(SpiffeId.parse(WEB), "node-a"));
        assertThat(decide(pod("ztunnel-x7f", "uid-1"), "spiffe://cluster.local/ns/shop/sa/db"))
                .isEqualTo(new Denied(Reason.NOT_ON_CALLERS_NODE));
    }

    @Test
    void podMustBeTheVeryOneThatTheTokenWasMadeFor() {
        assertThat(decide(pod("ztunnel-gone", "uid-1"), WEB)).isEqualTo(new Denied(Reason.CALLERS_POD_UNKNOWN));
        assertThat(decide(pod("ztunnel-x7f", "uid-0"), WEB)).isEqualTo(new Denied(Reason.CALLERS_POD_REPLACED));
        assertThat(decide(pod("ztunnel-q2z", "uid-2"), WEB))
                .isEqualTo(new Denied(Reason.CALLERS_POD_OF_ANOTHER_ACCOUNT));
        assertThat(decide(pod("ztunnel-pending", "uid-3"), WEB)).isEqualTo(new Denied(Reason.NOT_ON_CALLERS_NODE));
    }

    @Test
    void identityWithoutAnyPodIsDenied() {
        assertThat(decide(ztunnel("node-a"), "spiffe://cluster.local/ns/shop/sa/ghost"))
                .isEqualTo(new Denied(Reason.NOT_ON_CALLERS_NODE));
    }

    @Test
    void otherAccountsAreDenied() {
        CallerIdentity caller =
                new CallerIdentity(new SpiffeId("cluster.local", "shop", "web"), new BoundPod("web-1", "u", "node-a"));

        assertThat(decide(caller, WEB)).isEqualTo(new Denied(Reason.CALLER_NOT_TRUSTED));
    }

    @Test
    void callerWithoutPodIsDeniedThoughItsAccountIsTrusted() {
        CallerIdentity caller = new CallerIdentity(new SpiffeId("cluster.local", "istio-system", "ztunnel"), null);

        assertThat(decide(caller, WEB)).isEqualTo(new Denied(Reason.CALLER_NOT_BOUND_TO_POD));
    }

    @Test
    void foreignTrustDomainIsDenied() {
        assertThat(decide(ztunnel("node-a"), "spiffe://elsewhere/ns/shop/sa/web"))
                .isEqualTo(new Denied(Reason.FOREIGN_TRUST_DOMAIN));
    }

    @Test
    void whatIsNoIdentityIsDenied() {
        assertThat(decide(ztunnel("node-a"), "shop/web")).isEqualTo(new Denied(Reason.MALFORMED_IDENTITY));
    }

    @Test
    void withoutTrustedAccountsNobodyImpersonates() {
        Verdict verdict = new NodeAuthorizer(Set.of(), () -> "cluster.local").decide(ztunnel("node-a"), WEB, PLACEMENT);

        assertThat(verdict).isEqualTo(new Denied(Reason.IMPERSONATION_DISABLED));
    }

    private Verdict decide(CallerIdentity caller, String requested) {
        return authorizer.decide(caller, requested, PLACEMENT);
    }

    private static CallerIdentity pod(String name, String uid) {
        return new CallerIdentity(
                new SpiffeId("cluster.local", "istio-system", "ztunnel"), new BoundPod(name, uid, null));
    }

    private static CallerIdentity ztunnel(String node) {
        return new CallerIdentity(
                new SpiffeId("cluster.local", "istio-system", "ztunnel"), new BoundPod("ztunnel-" + node, "uid", node));
    }
}
