package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/** A namespace: only its labels and annotations matter. */
public record Namespace(ObjectMeta metadata) implements KubeObject {
    public Namespace {
        requireNonNull(metadata, "metadata");
    }

    @Override
    public Kind kind() {
        return Kind.NAMESPACE;
    }
}
