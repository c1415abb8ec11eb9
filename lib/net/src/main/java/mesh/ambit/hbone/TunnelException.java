package mesh.ambit.hbone;

import java.util.Objects;

/** Carries a {@link TunnelFailure} through a promise. Has no stack trace: it is an outcome, not a fault. */
public final class TunnelException extends Exception {
    private final transient TunnelFailure failure;

    public TunnelException(TunnelFailure failure) {
        super(Objects.requireNonNull(failure, "failure").text(), null, false, false);
        this.failure = failure;
    }

    /** Returns what happened. */
    public TunnelFailure failure() {
        return failure;
    }
}
