package mesh.ambit.telemetry;

/** Which end of a connection reports it. */
public enum Direction {
    /** Towards a pod of ours: we are the destination's proxy. */
    INBOUND("inbound", "destination"),
    /** From a pod of ours: we are the source's proxy. */
    OUTBOUND("outbound", "source");

    private final String word;
    private final String reporter;

    Direction(String word, String reporter) {
        this.word = word;
        this.reporter = reporter;
    }

    /** Returns the word of the access log. */
    public String word() {
        return word;
    }

    /** Returns the value of the label {@code reporter}. */
    public String reporter() {
        return reporter;
    }
}
