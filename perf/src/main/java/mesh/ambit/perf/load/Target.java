package mesh.ambit.perf.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import mesh.ambit.linux.NetNs;

/**
 * Where connections begin and where they go.
 *
 * @param namespace file of the network namespace that they begin in
 */
record Target(Path namespace, InetSocketAddress address) {
    static Target of(Fields fields) {
        return new Target(
                Path.of(fields.text("netns")),
                new InetSocketAddress(InetAddress.ofLiteral(fields.text("host")), fields.number("port")));
    }

    /** Returns a connection, with no delay for small writes; the calling thread is a platform thread. */
    SocketChannel connect() throws IOException {
        try (NetNs netns = NetNs.open(namespace)) {
            return netns.call(this::connectHere);
        }
    }

    /** As {@link #connect}, for a thread that is inside already. */
    SocketChannel connectHere() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
