package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/**
 * The object that another one belongs to.
 *
 * @param controller whether the owner manages the object, as a ReplicaSet does its pods
 */
public record OwnerReference(String kind, String name, String uid, boolean controller) {
    public OwnerReference {
        requireNonNull(kind, "kind");
        requireNonNull(name, "name");
        requireNonNull(uid, "uid");
    }
}
