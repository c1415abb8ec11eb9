package mesh.ambit.istiod.issuer;

/** Keys or certificates cannot be read or kept; the message says which file and what to do. */
public final class IssuerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public IssuerException(String message) {
        super(message);
    }

    /** Creates one with its cause. */
    public IssuerException(String message, Throwable cause) {
        super(message, cause);
    }
}
