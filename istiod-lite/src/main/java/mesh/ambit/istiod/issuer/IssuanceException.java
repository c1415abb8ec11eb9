package mesh.ambit.istiod.issuer;

/** A certificate is not issued; the message is for our log and for the audit log. */
public final class IssuanceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The reference's names of what goes wrong; they are in metrics and in what the caller is told. */
    public enum Kind {
        /** There is nothing to sign with, or it has expired. Asking again later may help. */
        CA_NOT_READY,
        /** The signing request is not usable. */
        CSR_ERROR,
        /** A longer life was asked for than anybody gets. */
        TTL_ERROR,
        /** Signing failed. Asking again later may help. */
        CERT_GEN_ERROR
    }

    private final Kind kind;

    /** Creates one. */
    public IssuanceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Creates one with its cause. */
    public IssuanceException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Returns which kind of failure it is. */
    public Kind kind() {
        return kind;
    }
}
