package mesh.ambit.hbone;

import java.util.Objects;

/** Carries a {@link TunnelFailure} through a promise. Has no stack trace: it is an outcome, not a fault. */
public final class TunnelException extends Exception {
    private final transient TunnelFailure failure;

    /** Makes one whose message is the failure's text. */
    public TunnelException(TunnelFailure failure) {
        super(Objects.requireNonNull(failure, "failure").text(), null, false, false);
        this.failure = failure;
    }

    /** Returns what happened. */
    public TunnelFailure failure() {
        return failure;
    }
}
