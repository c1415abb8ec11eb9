package mesh.ambit.model;

/** Who sees a service: everybody, or clients of its own namespace. */
public enum Visibility {
    PUBLIC,
    NAMESPACE
}
