package mesh.ambit.ztunnel.insight;

/** Bytes that are not HTTP as we know it: the end of looking at a connection, and of nothing else. */
final class NotUnderstood extends Exception {
    private static final long serialVersionUID = 1;

    /** Without a stack trace: any connection may raise one. */
    NotUnderstood(String what) {
        super(what, null, false, false);
    }
}
