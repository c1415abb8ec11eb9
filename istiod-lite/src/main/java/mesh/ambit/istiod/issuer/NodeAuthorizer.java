package mesh.ambit.istiod.issuer;

import java.util.Set;
import java.util.function.Supplier;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Placement.PodFacts;

/**
 * Decides whether a node's proxy may have a certificate of somebody else's identity.
 *
 * <p>It may, for a pod of its own node. The proxy sees that pod's traffic anyway; a proxy that was broken into must not
 * become the identities of other nodes.
 *
 * @param trustedAccounts accounts of node proxies, {@code namespace/serviceaccount}; empty switches all of it off
 * @param trustDomain the only one we sign for
 */
public record NodeAuthorizer(Set<String> trustedAccounts, Supplier<String> trustDomain) {
    public NodeAuthorizer {
        trustedAccounts = Set.copyOf(trustedAccounts);
    }

    /** Why a request was denied; the names appear in our log, the caller is told none of them. */
    enum Reason {
        IMPERSONATION_DISABLED,
        CALLER_NOT_BOUND_TO_POD,
        CALLER_NOT_TRUSTED,
        MALFORMED_IDENTITY,
        FOREIGN_TRUST_DOMAIN,
        /** No pod of the caller's name; a pod that has just come may not be known yet, and its proxy asks again. */
        CALLERS_POD_UNKNOWN,
        /** The pod was replaced by another of the same name. */
        CALLERS_POD_REPLACED,
        CALLERS_POD_OF_ANOTHER_ACCOUNT,
        NOT_ON_CALLERS_NODE
    }

    /** The decision. */
    sealed interface Verdict {
        record Allowed(SpiffeId identity, String node) implements Verdict {}

        record Denied(Reason reason) implements Verdict {}
    }

    /** Returns whether {@code caller} may have {@code requested}, given what runs where. Pure. */
    Verdict decide(CallerIdentity caller, String requested, Placement placement) {
        if (trustedAccounts.isEmpty()) {
            return new Verdict.Denied(Reason.IMPERSONATION_DISABLED);
        }
        BoundPod pod = caller.pod();
        if (pod == null) {
            return new Verdict.Denied(Reason.CALLER_NOT_BOUND_TO_POD);
        }
        if (!trustedAccounts.contains(caller.account())) {
            return new Verdict.Denied(Reason.CALLER_NOT_TRUSTED);
        }
        SpiffeId identity = SpiffeId.tryParse(requested);
        if (identity == null) {
            return new Verdict.Denied(Reason.MALFORMED_IDENTITY);
        }
        // The reference signs for any trust domain that parses; a certificate of ours must not speak for others.
        if (!identity.trustDomain().equals(trustDomain.get())) {
            return new Verdict.Denied(Reason.FOREIGN_TRUST_DOMAIN);
        }
        String node = pod.node();
        if (node == null) {
            PodFacts known = placement.pod(caller.namespace(), pod.name());
            if (known == null) {
                return new Verdict.Denied(Reason.CALLERS_POD_UNKNOWN);
            }
            if (!known.uid().equals(pod.uid())) {
                return new Verdict.Denied(Reason.CALLERS_POD_REPLACED);
            }
            if (!known.serviceAccount().equals(caller.serviceAccount())) {
                return new Verdict.Denied(Reason.CALLERS_POD_OF_ANOTHER_ACCOUNT);
            }
            node = known.node();
        }
        if (node.isEmpty() || !placement.runs(identity.namespace(), identity.serviceAccount(), node)) {
            return new Verdict.Denied(Reason.NOT_ON_CALLERS_NODE);
        }
        return new Verdict.Allowed(identity, node);
    }
}
