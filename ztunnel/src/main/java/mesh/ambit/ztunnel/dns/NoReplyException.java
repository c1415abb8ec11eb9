package mesh.ambit.ztunnel.dns;

/** No name server helped. */
final class NoReplyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int rcode;

    /** {@code rcode} is what a client is told; without a stack trace, since peers decide how often it happens. */
    NoReplyException(int rcode, String message) {
        super(message, null, false, false);
        this.rcode = rcode;
    }

    int rcode() {
        return rcode;
    }
}
