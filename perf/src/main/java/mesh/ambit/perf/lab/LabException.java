package mesh.ambit.perf.lab;

/** The lab, or a program in it, does not do what the bench needs; the message is for a person. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
