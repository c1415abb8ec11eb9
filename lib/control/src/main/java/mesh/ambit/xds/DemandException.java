package mesh.ambit.xds;

/** A name that was not asked for. */
public final class DemandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemandException(String message) {
        // A limit that is reached is reached by thousands: no stack trace for each.
        super(message, null, false, false);
    }
}
