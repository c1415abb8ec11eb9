package mesh.ambit.relay;

/** How a relay ended. */
public sealed interface RelayEnd {
    /** Both halves ended, or a peer went away while copying, which counts as normal. */
    record Completed() implements RelayEnd {}

    /**
     * Something broke that an operator may want to know.
     *
     * @param text such as {@code while closing connection: send: io error: broken pipe}
     */
    record Failed(String text) implements RelayEnd {}

    /** {@link Relay#cut} ended it. */
    record Cut(CutReason reason) implements RelayEnd {}
}
