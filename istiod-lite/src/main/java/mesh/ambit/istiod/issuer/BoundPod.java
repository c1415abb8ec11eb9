package mesh.ambit.istiod.issuer;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The pod that a caller's token is bound to.
 *
 * @param name name of the pod, in the namespace of the caller
 * @param uid its unique id
 * @param node the node that the token itself vouches for, as tokens of the embedded mesh do; null (an empty text is the
 *     same) where the node is to be looked up among the pods. What the caller may ask for on behalf of others is limited to its node
 */
public record BoundPod(String name, String uid, @Nullable String node) {
    public BoundPod {
        requireNonNull(name, "name");
        requireNonNull(uid, "uid");
        node = node == null || node.isEmpty() ? null : node;
    }
}
