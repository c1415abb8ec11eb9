package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.linux.NetNs;

/** Connections that were used once and stay open, idle. */
final class HeldConnections implements Work {
    private final Tally tally = new Tally();
    private final List<SocketChannel> channels = new ArrayList<>();

    /** Opens them one after the other; those that cannot be opened are counted as errors. */
    static HeldConnections open(Target target, int count) {
        HeldConnections held = new HeldConnections();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        try (NetNs netns = NetNs.open(target.namespace())) {
            netns.run(() -> {
                for (int i = 0; i < count; i++) {
                    held.add(target, buffer);
                }
            });
        }
        return held;
    }

    private void add(Target target, ByteBuffer buffer) {
        long began = System.nanoTime();
        try {
            SocketChannel channel = target.connectHere();
            channels.add(channel);
            ThreadWork.exchange(channel, buffer);
            tally.done(System.nanoTime() - began);
        } catch (IOException e) {
            tally.failed();
        }
    }

    @Override
    public Tally tally() {
        return tally;
    }

    @Override
    public void stop() {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                // The peer may have closed it before; there is nothing left to free.
            }
        }
    }
}
