package mesh.ambit.node.app;

/** What is to be done next about the capture of a pod's traffic. */
enum CaptureStep {
    /** All is as it should be, or has to be waited for. */
    NOTHING,
    /** Tell ztunnel of the pod. */
    OFFER,
    /** Put the rules in force. */
    ENROL,
    /** Take the rules out for new connections. */
    DRAIN,
    /** Take everything out. */
    FINISH,
    /** Tell ztunnel to forget the pod. */
    WITHDRAW;

    /**
     * How a pod stands.
     *
     * @param inMesh whether it should be captured
     * @param stage what is in force in its namespace
     * @param offered whether ztunnel has been told, or is told when it connects
     * @param acknowledged whether a connected ztunnel serves it
     * @param closedFromStart whether it is to be closed until a ztunnel serves it. An older pod stays open until then,
     *     so that no connection of its fails while it is enrolled
     * @param rulesOutdated whether the rules in force are not those wanted
     * @param drained whether no connection is captured any more, or none may be
     */
    record Standing(
            boolean inMesh,
            CaptureStage stage,
            boolean offered,
            boolean acknowledged,
            boolean closedFromStart,
            boolean rulesOutdated,
            boolean drained) {}

    /** Returns the next step for a pod that stands so. */
    static CaptureStep next(Standing pod) {
        return pod.inMesh() ? nextInside(pod) : nextOutside(pod);
    }

    private static CaptureStep nextInside(Standing pod) {
        if (!pod.offered()) {
            return OFFER;
        }
        return switch (pod.stage()) {
            case OPEN, DRAINING -> pod.acknowledged() || pod.closedFromStart() ? ENROL : NOTHING;
            // Captured stays captured, ztunnel or not: a pod of the mesh is never silently outside.
            case CAPTURED -> pod.rulesOutdated() ? ENROL : NOTHING;
        };
    }

    private static CaptureStep nextOutside(Standing pod) {
        return switch (pod.stage()) {
            case OPEN -> pod.offered() ? WITHDRAW : NOTHING;
            case CAPTURED -> DRAIN;
            case DRAINING -> pod.drained() ? FINISH : NOTHING;
        };
    }
}
