package mesh.ambit.model;

/** What a resource of type {@code istio.workload.Address} describes. */
public sealed interface MeshResource permits Workload, Service {
    /** Returns the xDS resource name. */
    String resourceName();
}
