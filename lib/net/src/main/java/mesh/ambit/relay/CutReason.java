package mesh.ambit.relay;

/** Why we ended a relay that could have gone on. */
public enum CutReason {
    /** A changed policy no longer allows the connection. */
    POLICY,
    /** The drain's deadline has come. */
    DRAIN,
    /** The pod is gone. */
    WORKLOAD_GONE,
    /** The certificate of the tunnel's peer was revoked. */
    REVOKED
}
