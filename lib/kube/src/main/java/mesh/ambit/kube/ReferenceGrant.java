package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Lets objects of other namespaces refer to objects of its own. */
public record ReferenceGrant(ObjectMeta metadata, List<From> from, List<To> to) implements KubeObject {
    public ReferenceGrant {
        requireNonNull(metadata, "metadata");
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    @Override
    public Kind kind() {
        return Kind.REFERENCE_GRANT;
    }

    /** Who may refer. */
    public record From(String group, String kind, String namespace) {
        public From {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(namespace, "namespace");
        }
    }

    /** What may be referred to; an empty name means all of the kind. */
    public record To(String group, String kind, String name) {
        public To {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(name, "name");
        }
    }

    /** Returns whether objects of that kind and namespace may refer to an object of the grant's namespace. */
    public boolean permits(
            String fromGroup, String fromKind, String fromNamespace, String group, String kind, String name) {
        return from.contains(new From(fromGroup, fromKind, fromNamespace))
                && (to.contains(new To(group, kind, "")) || to.contains(new To(group, kind, name)));
    }
}
