package mesh.ambit.wire;

import static java.util.Objects.requireNonNull;

/** What became of one resource of a response: each stands or falls by itself. */
public sealed interface Decoded<T> {
    /** Returns the xDS resource name. */
    String name();

    /** A resource that can be applied. */
    record Accepted<T>(String name, T value) implements Decoded<T> {
        /** Checks the parts. */
        public Accepted {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
        }
    }

    /**
     * A resource that cannot.
     *
     * @param reason stable text, sent back to the control plane
     * @param undecodable whether the bytes are no message at all, rather than a message with a wrong value
     */
    record Rejected<T>(String name, String reason, boolean undecodable) implements Decoded<T> {}
}
