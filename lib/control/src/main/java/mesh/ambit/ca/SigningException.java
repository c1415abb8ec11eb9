package mesh.ambit.ca;

/** No certificate was had; the message says why and is what access logs and dumps show. */
public final class SigningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public SigningException(String message) {
        super(message);
    }

    /** Creates one with its cause. */
    public SigningException(String message, Throwable cause) {
        super(message, cause);
    }
}
