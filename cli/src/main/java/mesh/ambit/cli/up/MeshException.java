package mesh.ambit.cli.up;

/** The mesh cannot do what was asked, for a reason that a person can read; the message is that reason. */
public final class MeshException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** Creates one that ends the command with {@code exitCode}, one of {@link mesh.ambit.config.ExitCode}. */
    public MeshException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** As above, with its cause. */
    public MeshException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Returns what the command ends with. */
    public int exitCode() {
        return exitCode;
    }
}
