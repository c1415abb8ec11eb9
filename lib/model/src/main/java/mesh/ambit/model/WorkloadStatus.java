package mesh.ambit.model;

/** Whether a workload takes connections that are addressed to a service. */
public enum WorkloadStatus {
    HEALTHY,
    UNHEALTHY
}
