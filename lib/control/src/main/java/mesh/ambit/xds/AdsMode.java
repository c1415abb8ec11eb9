package mesh.ambit.xds;

/** How much of the mesh is asked for. */
public enum AdsMode {
    /** All of it. */
    WILDCARD,

    /** Every policy, but only the workloads and services that somebody names. */
    ON_DEMAND
}
