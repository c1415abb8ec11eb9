package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** On each connection one request at a time, the next as soon as the answer is whole. */
final class ClosedLoop extends SelectorWork {
    private final int size;

    private ClosedLoop(int size) throws IOException {
        super("closed-loop");
        this.size = size;
    }

    static ClosedLoop start(Target target, int connections, int size) throws IOException {
        ClosedLoop loop = new ClosedLoop(size);
        loop.begin(target, connections);
        return loop;
    }

    /** A request under way. */
    private static final class Exchange {
        private long began;
        private int missing;
    }

    @Override
    int opened(SocketChannel channel) {
        return SelectionKey.OP_WRITE;
    }

    @Override
    void ready(SelectionKey key, SocketChannel channel) throws IOException {
        Exchange exchange = (Exchange) key.attachment();
        if (exchange == null) {
            exchange = new Exchange();
            key.attach(exchange);
            key.interestOps(SelectionKey.OP_READ);
            ask(channel, exchange);
            return;
        }
        buffer.clear();
        int count = channel.read(buffer);
        if (count < 0) {
            throw ended();
        }
        exchange.missing -= count;
        if (exchange.missing == 0) {
            tally().done(System.nanoTime() - exchange.began);
            ask(channel, exchange);
        }
    }

    private void ask(SocketChannel channel, Exchange exchange) throws IOException {
        ByteBuffer request = buffer.clear().limit(size);
        exchange.began = System.nanoTime();
        exchange.missing = size;
        if (channel.write(request) != size) {
            throw new IOException("a socket with nothing under way took less than " + size + " bytes");
        }
    }
}
