package mesh.ambit.ztunnel.inpod;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.util.function.Supplier;
import mesh.ambit.linux.CongestionControl;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SocketOptions;
import mesh.ambit.relay.SocketSpace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the sockets of one pod: inside its namespace, and marked before their first packet, so that the pod's rules
 * leave them alone. Accepted sockets inherit the mark of their listener.
 *
 * <p>The only workload of our own namespace needs neither: nothing is switched then, and what is marked is outgoing alone.
 */
public final class PodSockets {
    private static final Logger LOG = LoggerFactory.getLogger(PodSockets.class);

    /** Null stands for where we are. */
    private final @Nullable NetNs netns;

    private final int mark;
    private final CongestionControl nearby;

    /** Creates one for a pod; {@code mark} 0 marks nothing, {@code nearby} is for sockets that the pod talks to. */
    public PodSockets(NetNs netns, int mark, CongestionControl nearby) {
        this(mark, nearby, netns);
    }

    private PodSockets(int mark, CongestionControl nearby, @Nullable NetNs netns) {
        this.netns = netns;
        this.mark = mark;
        this.nearby = nearby;
    }

    /** Returns one for our own namespace; {@code mark} 0 marks nothing. */
    public static PodSockets here(int mark, CongestionControl nearby) {
        return new PodSockets(mark, nearby, null);
    }

    /** Runs {@code action} in the network namespace where the sockets are made, and returns its result. */
    public <T> T call(Supplier<T> action) {
        return netns == null ? action.get() : netns.call(action::get);
    }

    /** Returns where sockets are made that leave the pod. */
    public SocketSpace outgoing() {
        return constructor -> open(constructor, mark, fd -> {});
    }

    /** Returns where sockets towards the pod's applications are made. */
    public SocketSpace inward() {
        return constructor -> open(constructor, mark, nearby::applyTo);
    }

    /**
     * Returns where such sockets are made that bind to a foreign source address. A kernel that does not allow it is
     * noted, and the socket goes out under the pod's own address.
     */
    public SocketSpace spoofing() {
        return constructor -> open(constructor, mark, fd -> {
            nearby.applyTo(fd);
            try {
                SocketOptions.setTransparentSource(fd);
            } catch (LinuxException e) {
                LOG.warn("source address is not kept: {}", e.getMessage());
            }
        });
    }

    /**
     * Returns where listeners are made.
     *
     * @param reusePort whether a successor may listen beside us
     * @param transparent how to let the listener accept for addresses that are not local
     * @param fromPod whether it is the pod itself that connects
     */
    public SocketSpace listening(boolean reusePort, Transparency transparent, boolean fromPod) {
        return constructor -> open(constructor, netns == null ? 0 : mark, fd -> {
            if (reusePort) {
                SocketOptions.setReusePort(fd);
            }
            transparent.apply(fd);
            if (fromPod) {
                nearby.applyTo(fd);
            }
        });
    }

    private Channel open(Supplier<? extends Channel> constructor, int marked, FdAction options) {
        return netns == null
                ? make(constructor, marked, options)
                : netns.call(() -> make(constructor, marked, options));
    }

    private static Channel make(Supplier<? extends Channel> constructor, int mark, FdAction options) {
        Channel channel = constructor.get();
        try {
            int fd = ((UnixChannel) channel).fd().intValue();
            if (mark != 0) {
                SocketOptions.setMark(fd, mark);
            }
            options.apply(fd);
            return channel;
        } catch (RuntimeException e) {
            channel.unsafe().closeForcibly();
            throw e;
        }
    }

    /** Something to do to a descriptor. */
    @FunctionalInterface
    private interface FdAction {
        void apply(int fd);
    }
}
