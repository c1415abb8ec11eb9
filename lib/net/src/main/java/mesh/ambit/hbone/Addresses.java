package mesh.ambit.hbone;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Turns Netty's addresses into ours. */
final class Addresses {
    private static final InetSocketAddress UNKNOWN = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);

    private Addresses() {}

    /** Returns {@code address}, or 0.0.0.0:0 where a channel has none (it has closed, or is a test's). */
    static InetSocketAddress of(SocketAddress address) {
        return address instanceof InetSocketAddress internet ? internet : UNKNOWN;
    }
}
