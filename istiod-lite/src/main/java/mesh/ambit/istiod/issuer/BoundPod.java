package mesh.ambit.istiod.issuer;

import static java.util.Objects.requireNonNull;

/**
 * The pod that a caller's token is bound to.
 *
 * @param name name of the pod, in the namespace of the caller
 * @param uid its unique id
 * @param node the node it runs on; what the caller may ask for on behalf of others is limited to this node
 */
public record BoundPod(String name, String uid, String node) {
    public BoundPod {
        requireNonNull(name, "name");
        requireNonNull(uid, "uid");
        requireNonNull(node, "node");
    }
}
