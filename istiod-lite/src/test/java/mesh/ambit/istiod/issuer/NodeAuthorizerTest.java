package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Reason;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Allowed;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Denied;
import org.junit.jupiter.api.Test;

class NodeAuthorizerTest {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final Placement PLACEMENT = new Placement(
            Set.of(new Placement.Entry("shop", "web", "node-a"), new Placement.Entry("shop", "db", "node-b")));

    private final NodeAuthorizer authorizer = new NodeAuthorizer(Set.of("istio-system/ztunnel"), "cluster.local");

    @Test
    void proxyGetsTheIdentityOfAPodOfItsNode() {
        assertThat(decide(ztunnel("node-a"), WEB)).isEqualTo(new Allowed(SpiffeId.parse(WEB)));
    }

    @Test
    void proxyOfAnotherNodeIsDenied() {
        assertThat(decide(ztunnel("node-b"), WEB)).isEqualTo(new Denied(Reason.NOT_ON_CALLERS_NODE));
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
        Verdict verdict = new NodeAuthorizer(Set.of(), "cluster.local").decide(ztunnel("node-a"), WEB, PLACEMENT);

        assertThat(verdict).isEqualTo(new Denied(Reason.IMPERSONATION_DISABLED));
    }

    private Verdict decide(CallerIdentity caller, String requested) {
        return authorizer.decide(caller, requested, PLACEMENT);
    }

    private static CallerIdentity ztunnel(String node) {
        return new CallerIdentity(
                new SpiffeId("cluster.local", "istio-system", "ztunnel"), new BoundPod("ztunnel-" + node, "uid", node));
    }
}
