package mesh.ambit.model;

/**
 * How the node proxy hands connections to a waypoint that is itself captured.
 *
 * @param protocol whether a PROXY header comes first
 * @param port the port to connect to; 0 keeps the requested one
 */
public record ApplicationTunnel(Protocol protocol, int port) {
    /** Protocols, in the wire's order. */
    public enum Protocol {
        NONE,
        PROXY
    }
}
