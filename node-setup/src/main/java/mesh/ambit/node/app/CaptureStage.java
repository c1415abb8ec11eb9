package mesh.ambit.node.app;

/** What is in force in a pod's namespace. */
enum CaptureStage {
    /** No rules of ours. */
    OPEN,
    /** New connections go to ztunnel. */
    CAPTURED,
    /** New connections go past ztunnel, older ones still through it. */
    DRAINING
}
