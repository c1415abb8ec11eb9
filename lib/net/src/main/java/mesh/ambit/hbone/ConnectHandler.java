package mesh.ambit.hbone;

import java.net.InetSocketAddress;

/** What a server does with those who come. Called on the event loop of the connection in question; must not block. */
public interface ConnectHandler {
    /** Takes one request; answers through {@code exchange}, now or later. */
    void onConnect(ConnectExchange exchange);

    /** Learns that a connection never became a tunnel. The socket is closed by the caller. */
    void onHandshakeFailed(InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure);
}
