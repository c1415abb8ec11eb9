package mesh.ambit.node.zds;

import static java.util.Objects.requireNonNull;

/** A pod as ztunnel is told of it. */
public record ZdsWorkload(String uid, String name, String namespace, String serviceAccount) {
    public ZdsWorkload {
        requireNonNull(uid, "uid");
        requireNonNull(name, "name");
        requireNonNull(namespace, "namespace");
        requireNonNull(serviceAccount, "serviceAccount");
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
