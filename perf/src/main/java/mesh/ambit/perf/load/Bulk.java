package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** As many bytes as will go through, either way. What goes up is counted where it arrives, by the server. */
final class Bulk extends SelectorWork {
    private final boolean up;

    private Bulk(boolean up) throws IOException {
        super(up ? "bulk-up" : "bulk-down");
        this.up = up;
    }

    static Bulk start(Target target, int connections, boolean up) throws IOException {
        Bulk bulk = new Bulk(up);
        bulk.begin(target, connections);
        return bulk;
    }

    @Override
    int opened(SocketChannel channel) {
        return up ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    }

    @Override
    void ready(SelectionKey key, SocketChannel channel) throws IOException {
        buffer.clear();
        int count = up ? channel.write(buffer) : channel.read(buffer);
        if (count < 0) {
            throw ended();
        }
        tally().moved(count);
    }
}
