package mesh.ambit.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

/**
 * A transport together with the keepalive that its sockets get.
 *
 * @param transport how sockets are driven
 * @param keepalive when the kernel gives up on a peer
 */
public record TunedTransport(Transport transport, Keepalive keepalive) {
    /** Like {@link Transport#connector(EventLoop, SocketSpace, Keepalive)}. */
    public Bootstrap connector(EventLoop loop, SocketSpace space) {
        return transport.connector(loop, space, keepalive);
    }

    /**
     * Like {@link Transport#listener(EventLoopGroup, SocketSpace, Keepalive, boolean)}; {@code captured} says whether
     * connections get our keepalive.
     */
    public ServerBootstrap listener(EventLoopGroup loops, SocketSpace space, boolean captured, boolean ipv6) {
        return transport.listener(loops, space, captured ? keepalive : null, ipv6);
    }
}
