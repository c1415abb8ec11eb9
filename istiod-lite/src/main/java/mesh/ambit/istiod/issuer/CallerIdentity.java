package mesh.ambit.istiod.issuer;

import static java.util.Objects.requireNonNull;

import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as far as it was proved.
 *
 * @param id namespace and service account, within our trust domain
 * @param pod the pod that the proof is bound to; null for a proof that names none, such as a client certificate
 */
public record CallerIdentity(SpiffeId id, @Nullable BoundPod pod) {
    public CallerIdentity {
        requireNonNull(id, "id");
    }

    public String namespace() {
        return id.namespace();
    }

    public String serviceAccount() {
        return id.serviceAccount();
    }

    /** Returns {@code namespace/serviceaccount}. */
    public String account() {
        return namespace() + "/" + serviceAccount();
    }

    /** Returns {@code namespace/serviceaccount}, with the pod and node behind it where they are known. */
    @Override
    public String toString() {
        if (pod == null) {
            return account();
        }
        String node = pod.node() == null ? "" : " on node " + pod.node();
        return account() + " (pod " + pod.name() + node + ")";
    }
}
