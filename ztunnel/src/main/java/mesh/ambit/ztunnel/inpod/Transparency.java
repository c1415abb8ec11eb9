package mesh.ambit.ztunnel.inpod;

import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.SocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the application sees its client's address: a listener's IP_TRANSPARENT decides, and what came of it is
 * remembered. One for each listener; set while it is made, read from any thread.
 */
public final class Transparency {
    private static final Logger LOG = LoggerFactory.getLogger(Transparency.class);

    /** What the configuration wants: {@code ENABLE_ORIG_SRC}. */
    public enum Wish {
        /** If the kernel allows it. */
        BEST_EFFORT,
        /** Or not at all. */
        REQUIRED,
        /** Never. */
        OFF
    }

    private final Wish wish;
    private volatile boolean granted;

    /** Makes one for a listener that is not open yet: nothing is granted before. */
    public Transparency(Wish wish) {
        this.wish = wish;
    }

    /** Returns whether source addresses are kept. */
    public boolean isGranted() {
        return granted;
    }

    void apply(int fd) {
        if (wish == Wish.OFF) {
            return;
        }
        try {
            SocketOptions.setTransparent(fd);
            granted = true;
        } catch (LinuxException e) {
            if (wish == Wish.REQUIRED) {
                throw e;
            }
            LOG.warn("applications will not see their clients' addresses: {}", e.getMessage());
        }
    }
}
