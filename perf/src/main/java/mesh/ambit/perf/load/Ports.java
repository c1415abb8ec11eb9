package mesh.ambit.perf.load;

/** Where the load server listens. */
public final class Ports {
    /** Takes everything. */
    public static final int SINK = 9001;
    /** Sends without end. */
    public static final int SOURCE = 9002;
    /** Sends back what it gets. */
    public static final int ECHO = 9003;

    private Ports() {}
}
