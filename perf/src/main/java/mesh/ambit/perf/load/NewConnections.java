package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Connects, sends one byte, reads its echo, closes; timed from connect to echo. */
final class NewConnections implements ThreadWork.Step {
    private final Target target;
    private final Tally tally;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1);

    private NewConnections(Target target, Tally tally) {
        this.target = target;
        this.tally = tally;
    }

    /** Starts {@code concurrent} threads that do this in a loop. */
    static Work start(Target target, int concurrent) {
        ThreadWork work =
                new ThreadWork("connect", target, concurrent, (i, tally) -> new NewConnections(target, tally));
        work.begin();
        return work;
    }

    @Override
    public void run() throws IOException {
        long began = System.nanoTime();
        try (SocketChannel channel = target.connectHere()) {
            ThreadWork.exchange(channel, buffer);
            tally.done(System.nanoTime() - began);
        }
    }
}
