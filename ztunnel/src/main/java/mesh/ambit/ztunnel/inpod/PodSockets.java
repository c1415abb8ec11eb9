package mesh.ambit.ztunnel.inpod;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.util.function.Supplier;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SocketOptions;
import mesh.ambit.relay.SocketSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the sockets of one pod: inside its namespace, and marked before their first packet, so that the pod's rules
 * leave them alone. Accepted sockets inherit the mark of their listener.
 */
public final class PodSockets {
    private static final Logger LOG = LoggerFactory.getLogger(PodSockets.class);

    private final NetNs netns;
    private final int mark;

    /** Creates one; {@code mark} 0 marks nothing. */
    public PodSockets(NetNs netns, int mark) {
        this.netns = netns;
        this.mark = mark;
    }

    /** Returns where outgoing sockets are made. */
    public SocketSpace outgoing() {
        return constructor -> open(constructor, fd -> {});
    }

    /**
     * Returns where outgoing sockets are made that bind to a foreign source address. A kernel that does not allow it is
     * noted, and the socket goes out under the pod's own address.
     */
    public SocketSpace spoofing() {
        return constructor -> open(constructor, fd -> {
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
     */
    public SocketSpace listening(boolean reusePort, Transparency transparent) {
        return constructor -> open(constructor, fd -> {
            if (reusePort) {
                SocketOptions.setReusePort(fd);
            }
            transparent.apply(fd);
        });
    }

    private Channel open(Supplier<? extends Channel> constructor, FdAction options) {
        return netns.call(() -> {
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
        });
    }

    /** Something to do to a descriptor. */
    @FunctionalInterface
    private interface FdAction {
        void apply(int fd);
    }
}
