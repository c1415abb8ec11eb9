package mesh.ambit.istiod.issuer;

import java.util.Set;
import mesh.ambit.identity.SpiffeId;

/**
 * Decides whether a node's proxy may have a certificate of somebody else's identity.
 *
 * <p>It may, for a pod of its own node. The proxy sees that pod's traffic anyway; a proxy that was broken into must not
 * become the identities of other nodes.
 *
 * @param trustedAccounts accounts of node proxies, {@code namespace/serviceaccount}; empty switches all of it off
 * @param trustDomain the only one we sign for
 */
public record NodeAuthorizer(Set<String> trustedAccounts, String trustDomain) {
    public NodeAuthorizer {
        trustedAccounts = Set.copyOf(trustedAccounts);
    }

    /** Why a request was denied; the names appear in our log. */
    enum Reason {
        IMPERSONATION_DISABLED,
        CALLER_NOT_BOUND_TO_POD,
        CALLER_NOT_TRUSTED,
        MALFORMED_IDENTITY,
        FOREIGN_TRUST_DOMAIN,
        NOT_ON_CALLERS_NODE
    }

    /** The decision. */
    sealed interface Verdict {
        record Allowed(SpiffeId identity) implements Verdict {}

        record Denied(Reason reason) implements Verdict {}
    }

    /** Returns whether {@code caller} may have {@code requested}, given what runs where. */
    Verdict decide(CallerIdentity caller, String requested, Placement placement) {
        if (trustedAccounts.isEmpty()) {
            return new Verdict.Denied(Reason.IMPERSONATION_DISABLED);
        }
        BoundPod pod = caller.pod();
        if (pod == null) {
            return new Verdict.Denied(Reason.CALLER_NOT_BOUND_TO_POD);
        }
        if (!trustedAccounts.contains(caller.namespace() + "/" + caller.serviceAccount())) {
            return new Verdict.Denied(Reason.CALLER_NOT_TRUSTED);
        }
        SpiffeId identity = SpiffeId.tryParse(requested);
        if (identity == null) {
            return new Verdict.Denied(Reason.MALFORMED_IDENTITY);
        }
        if (!identity.trustDomain().equals(trustDomain)) {
            return new Verdict.Denied(Reason.FOREIGN_TRUST_DOMAIN);
        }
        if (!placement.runs(identity.namespace(), identity.serviceAccount(), pod.node())) {
            return new Verdict.Denied(Reason.NOT_ON_CALLERS_NODE);
        }
        return new Verdict.Allowed(identity);
    }
}
