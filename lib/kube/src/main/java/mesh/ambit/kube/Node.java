package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/** A node: its labels say where it stands. */
public record Node(ObjectMeta metadata) implements KubeObject {
    public Node {
        requireNonNull(metadata, "metadata");
    }

    @Override
    public Kind kind() {
        return Kind.NODE;
    }
}
