package mesh.ambit.xds;

/** Where the client puts what the control plane says. Called on the client's thread, one call at a time. */
@FunctionalInterface
public interface ResourceSink {
    /** Applies all of {@code updates} at once. The response is acknowledged when this returns. */
    void apply(MeshUpdates updates);
}
