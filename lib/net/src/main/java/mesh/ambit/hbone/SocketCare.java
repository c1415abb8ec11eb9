package mesh.ambit.hbone;

/** What is done to the socket of a tunnel once it is connected: for options that depend on the way to the peer. */
@FunctionalInterface
public interface SocketCare {
    /** Leaves it as it is. */
    SocketCare NONE = _ -> {};

    /** Called on the tunnel's event loop with a connected TCP socket; must not block, and close nothing. */
    void connected(int fd);
}
