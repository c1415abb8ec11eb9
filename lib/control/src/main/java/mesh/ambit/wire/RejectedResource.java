package mesh.ambit.wire;

/** Ends the conversion of one resource; never leaves this package. */
final class RejectedResource extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RejectedResource(String reason) {
        // A control plane may send thousands of bad resources: no stack trace for each.
        super(reason, null, false, false);
    }

    static RejectedResource unknownEnum(int number) {
        return new RejectedResource("decode error: unknown enumeration value " + number);
    }
}
