package mesh.ambit.istiod.derive;

/** A rule failed; whoever reads its value fails with it, until something that the rule read changes. */
public final class DerivationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DerivationException(String message, Throwable cause) {
        super(message, cause);
    }
}
