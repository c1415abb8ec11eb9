package mesh.ambit.hbone;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;

/** What the tests' servers have in common. */
final class TestServers {
    private TestServers() {}

    /** Returns a handler that gives requests, and failed handshakes, to these two. */
    static ConnectHandler handler(Consumer<ConnectExchange> onConnect, Consumer<TunnelFailure> onHandshakeFailed) {
        return new ConnectHandler() {
            @Override
            public void onConnect(ConnectExchange exchange) {
                onConnect.accept(exchange);
            }

            @Override
            public void onHandshakeFailed(InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure) {
                onHandshakeFailed.accept(failure);
            }
        };
    }

    /** Serves on some port of the loopback address. */
    static Channel listen(EventLoopGroup loops, HboneServer server) throws InterruptedException {
        return Transport.best()
                .listener(loops, SocketSpace.HERE, false)
                .childHandler(server.initializer())
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .sync()
                .channel();
    }
}
