package mesh.ambit.config;

/** What a program of ours tells its caller when it ends. */
public final class ExitCode {
    /** Everything that was asked for was done. */
    public static final int OK = 0;

    /** The work was possible and failed. */
    public static final int FAILED = 1;

    /** Wrong usage, wrong configuration, or not possible on this machine; nothing was begun. */
    public static final int USAGE = 2;

    private ExitCode() {}
}
