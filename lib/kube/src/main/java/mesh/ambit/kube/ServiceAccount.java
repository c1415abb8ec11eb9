package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/** A service account: the identity of the pods that name it. */
public record ServiceAccount(ObjectMeta metadata) implements KubeObject {
    public ServiceAccount {
        requireNonNull(metadata, "metadata");
    }

    @Override
    public Kind kind() {
        return Kind.SERVICE_ACCOUNT;
    }
}
