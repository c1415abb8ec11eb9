package mesh.ambit.ztunnel.inpod;

import io.netty.util.concurrent.EventExecutor;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.ztunnel.inpod.LiveConnections.Live;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the connections of one loop again, a few in each turn of the loop, so that ten thousand of them hold up nobody.
 * Asked while it is at work, it begins once more when it is done: each connection is judged after the last question.
 */
final class Rejudging {
    /** Connections in one turn of the loop: some tenths of a millisecond. */
    static final int AT_ONCE = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Rejudging.class);

    private static final Live[] NOBODY = {};

    private final EventExecutor loop;
    private final Set<Live> connections;
    private final AtomicBoolean asked = new AtomicBoolean();
    // Of the loop.
    private Live[] batch = NOBODY;
    private int next;

    /** Creates one for {@code connections}, a set of {@code loop}. */
    Rejudging(EventExecutor loop, Set<Live> connections) {
        this.loop = loop;
        this.connections = connections;
    }

    /** Asks for it. From any thread. */
    void ask() {
        if (!asked.getAndSet(true)) {
            try {
                loop.execute(this::begin);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and its connections with it.
                asked.set(false);
            }
        }
    }

    private void begin() {
        if (next < batch.length || !asked.getAndSet(false)) {
            return;
        }
        // What comes later is judged by what holds now anyway.
        batch = connections.toArray(NOBODY);
        next = 0;
        turn();
    }

    /** Whatever comes of one: the others are judged, now and whenever policies change again. */
    private static void judge(Live connection) {
        try {
            connection.judgeAgain();
        } catch (RuntimeException | Error e) {
            LOG.error("a connection could not be judged again and goes on as it is", e);
        }
    }

    private void turn() {
        int end = Math.min(next + AT_ONCE, batch.length);
        while (next < end) {
            judge(batch[next++]);
        }
        if (next < batch.length) {
            // Timed, not queued: a loop empties its queue before it looks at its sockets, new tasks included.
            loop.schedule(this::turn, 0, TimeUnit.NANOSECONDS);
        } else {
            batch = NOBODY;
            next = 0;
            begin();
        }
    }
}
