package mesh.ambit.ztunnel.outbound;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;

/** What a name that an application gives to the SOCKS5 port stands for. */
@FunctionalInterface
public interface SocksNames {
    /**
     * Returns the IPv4 address, since that is what the port is reached by; fails where there is none. Completes on
     * {@code loop}.
     */
    Future<InetAddress> resolve(String name, EventLoop loop);
}
