package mesh.ambit.perf.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Many connections on one thread, which is cheaper than a thread for each. */
abstract class SelectorWork implements Work {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Selector selector;
    private final Thread thread;
    private final Tally tally = new Tally();
    private volatile boolean stopped;

    /** Used by the work's one thread. */
    final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    SelectorWork(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::loop, name);
        thread.setDaemon(true);
    }

    /** Opens the connections, and begins once all of them are there. */
    final void begin(Target target, int connections) throws IOException {
        try {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = target.connect();
                channel.configureBlocking(false);
                register(channel);
            }
        } catch (IOException | RuntimeException e) {
            closeAll();
            throw e;
        }
        thread.start();
    }

    /** Returns what a connection waits for first, and does what comes before. */
    abstract int opened(SocketChannel channel) throws IOException;

    /** A connection is ready for what it waits for. */
    abstract void ready(SelectionKey key, SocketChannel channel) throws IOException;

    /** The peer's end of a connection that should have gone on. */
    static IOException ended() {
        return new IOException("the peer closed the connection");
    }

    @Override
    public final Tally tally() {
        return tally;
    }

    @Override
    public final void stop() {
        stopped = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void register(SocketChannel channel) throws IOException {
        channel.register(selector, opened(channel));
    }

    private void loop() {
        try {
            while (!stopped) {
                selector.select(this::handle);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closeAll();
        }
    }

    private void handle(SelectionKey key) {
        try {
            ready(key, (SocketChannel) key.channel());
        } catch (IOException e) {
            tally.failed();
            close(key);
        }
    }

    private void closeAll() {
        selector.keys().forEach(SelectorWork::close);
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // Nothing more can be done about a socket that does not close.
        }
    }
}
