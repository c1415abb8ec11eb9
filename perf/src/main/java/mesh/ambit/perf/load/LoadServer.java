package mesh.ambit.perf.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.linux.NetNs;
import org.jspecify.annotations.Nullable;

/**
 * The far end of all traffic, on one thread: takes what comes, sends without end, or echoes, by port.
 *
 * <p>When the process may open no more files, new connections wait in the kernel until some of its own have ended.
 */
final class LoadServer implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int BUFFER_BYTES = 256 * 1024;

    /** How long a listener rests after an accept that failed: it would fail again at once. */
    private static final long REST_MILLIS = 20;

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final AtomicLong received = new AtomicLong();

    /** The listeners that rest, and when that ends. Used by the one thread. */
    private final List<SelectionKey> resting = new ArrayList<>();

    private long restEndNanos;
    private volatile boolean closed;

    LoadServer() throws IOException {
        selector = Selector.open();
        Thread thread = new Thread(this::loop, "load-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** What happens on a connection. */
    enum Role {
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
        serve(listener, role);
    }

    /** Takes the connections of {@code listener}, which is bound, and closes it in the end. */
    void serve(ServerSocketChannel listener, Role role) throws IOException {
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT, role);
        selector.wakeup();
    }

    private void loop() {
        try {
            while (!closed) {
                selector.select(this::handle, resting.isEmpty() ? 0 : REST_MILLIS);
                if (!resting.isEmpty() && System.nanoTime() - restEndNanos >= 0) {
                    resting.forEach(key -> key.interestOps(SelectionKey.OP_ACCEPT));
                    resting.clear();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            selector.keys().forEach(LoadServer::close);
            try {
                selector.close();
            } catch (IOException e) {
                // Nobody waits for it.
            }
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.channel() instanceof ServerSocketChannel listener) {
                accept(key, listener, (Role) key.attachment());
            } else {
                serve(key, (SocketChannel) key.channel(), (Peer) key.attachment());
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // Gone either way.
        }
    }

    private void accept(SelectionKey key, ServerSocketChannel listener, Role role) throws IOException {
        try {
            for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(
                        selector, role == Role.SOURCE ? SelectionKey.OP_WRITE : SelectionKey.OP_READ, new Peer(role));
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            // Mostly that there are too many open files. A closed listener would refuse all that comes later.
            key.interestOps(0);
            resting.add(key);
            restEndNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REST_MILLIS);
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
            throw new EOFException("the peer closed the connection");
        }
        return count;
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
