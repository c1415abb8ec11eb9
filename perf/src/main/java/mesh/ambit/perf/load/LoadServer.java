package mesh.ambit.perf.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.linux.NetNs;
import org.jspecify.annotations.Nullable;

/** The far end of all traffic, on one thread: takes what comes, sends without end, or echoes, by port. */
final class LoadServer implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final AtomicLong received = new AtomicLong();

    LoadServer() throws IOException {
        selector = Selector.open();
        Thread thread = new Thread(this::loop, "load-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** What happens on a connection. */
    private enum Role {
        SINK,
        SOURCE,
        ECHO
    }

    /** A connection, and what it still owes its peer. */
    private static final class Peer {
        private final Role role;
        private @Nullable ByteBuffer owed;

        private Peer(Role role) {
            this.role = role;
        }
    }

    /** Listens in a namespace, on all ports of {@link Ports}. */
    void listen(Path namespace, InetAddress address) throws IOException {
        try (NetNs netns = NetNs.open(namespace)) {
            listen(netns, new InetSocketAddress(address, Ports.SINK), Role.SINK);
            listen(netns, new InetSocketAddress(address, Ports.SOURCE), Role.SOURCE);
            listen(netns, new InetSocketAddress(address, Ports.ECHO), Role.ECHO);
        }
    }

    /** Returns how much all sinks have taken since the start. */
    long received() {
        return received.get();
    }

    private void listen(NetNs netns, InetSocketAddress address, Role role) throws IOException {
        ServerSocketChannel listener = netns.call(() -> ServerSocketChannel.open(StandardProtocolFamily.INET));
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(address, BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT, role);
        selector.wakeup();
    }

    private void loop() {
        try {
            while (selector.isOpen()) {
                selector.select(this::handle);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.channel() instanceof ServerSocketChannel listener) {
                accept(listener, (Role) key.attachment());
            } else {
                serve(key, (SocketChannel) key.channel(), (Peer) key.attachment());
            }
        } catch (IOException e) {
            try {
                key.channel().close();
            } catch (IOException again) {
                // Gone either way.
            }
        }
    }

    private void accept(ServerSocketChannel listener, Role role) throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(
                    selector, role == Role.SOURCE ? SelectionKey.OP_WRITE : SelectionKey.OP_READ, new Peer(role));
        }
    }

    private void serve(SelectionKey key, SocketChannel channel, Peer peer) throws IOException {
        switch (peer.role) {
            case SINK -> received.addAndGet(read(channel));
            case SOURCE -> channel.write(buffer.clear());
            case ECHO -> echo(key, channel, peer);
        }
    }

    private void echo(SelectionKey key, SocketChannel channel, Peer peer) throws IOException {
        ByteBuffer owed = peer.owed;
        if (owed == null) {
            read(channel);
            ByteBuffer answer = buffer.flip();
            channel.write(answer);
            if (answer.hasRemaining()) {
                peer.owed = ByteBuffer.allocate(answer.remaining()).put(answer).flip();
                key.interestOps(SelectionKey.OP_WRITE);
            }
        } else {
            channel.write(owed);
            if (!owed.hasRemaining()) {
                peer.owed = null;
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }

    private int read(SocketChannel channel) throws IOException {
        int count = channel.read(buffer.clear());
        if (count < 0) {
            throw SelectorWork.ended();
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
