package mesh.ambit.istiod.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been begun, to be ended in reverse order; one part that fails at it keeps no other from its end. */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> begun = new ArrayDeque<>();

    /** Notes that {@code part} has begun, and returns it. */
    <T extends AutoCloseable> T add(T part) {
        begun.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!begun.isEmpty()) {
            try {
                begun.pop().close();
            } catch (Exception e) {
                LOG.warn("ending a part failed", e);
            }
        }
    }
}
