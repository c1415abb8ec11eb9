package mesh.ambit.model;

/** What kind of object stands behind a workload, in the wire's order. */
public enum WorkloadType {
    DEPLOYMENT,
    CRONJOB,
    POD,
    JOB
}
