package mesh.ambit.model;

/** Whether a workload's address is its own. A host-network workload shares it and is never found by address. */
public enum NetworkMode {
    STANDARD,
    HOST_NETWORK
}
