package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a route asks to be attached to.
 *
 * @param group API group, that of the Gateway API when the object names none; empty for the core group
 * @param kind {@code Gateway} when the object names none
 * @param namespace empty for the route's own
 * @param sectionName listener of a Gateway, or port of a Service by its name; empty for all
 * @param port null for all
 */
public record ParentRef(
        String group,
        String kind,
        String namespace,
        String name,
        String sectionName,
        @Nullable Integer port) {
    public ParentRef {
        requireNonNull(group, "group");
        requireNonNull(kind, "kind");
        requireNonNull(namespace, "namespace");
        requireNonNull(name, "name");
        requireNonNull(sectionName, "sectionName");
    }

    /** Returns the namespace of the parent, given that of the route. */
    public String namespaceOr(String routeNamespace) {
        return namespace.isEmpty() ? routeNamespace : namespace;
    }
}
