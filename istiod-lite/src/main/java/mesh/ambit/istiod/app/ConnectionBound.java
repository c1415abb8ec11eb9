package mesh.ambit.istiod.app;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in a listener's pipeline and bounds how many of its connections are open: more would take the last descriptors,
 * and then nobody could look at {@code /ready}, no file could be read and no other server asked. What comes beyond that is
 * closed before it costs more than its descriptor.
 */
final class ConnectionBound extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionBound.class);

    /** Those that say nothing hold 13 KiB each. */
    private static final int MOST = 30_000;

    /** How long a listener rests that could not accept: trying again at once would keep its event loop busy. */
    private static final long REST_MILLIS = 200;

    /** How often it is said that connections are refused. */
    private static final long SILENCE_SECONDS = 60;

    private final int most;
    private final Runnable refused;
    private final AtomicInteger open = new AtomicInteger();

    /** The rest belongs to the listener's event loop. */
    private long untold;

    private boolean told;

    /**
     * Creates one.
     *
     * @param refused is run for each connection that is closed, on the event loop
     */
    ConnectionBound(int most, Runnable refused) {
        this.most = most;
        this.refused = refused;
    }

    /**
     * Returns how many connections a port may have.
     *
     * @param asked what somebody wants; 0 for what fits the machine
     * @param descriptors how many the process may have; 0 if that is not known
     */
    static int most(int asked, long descriptors) {
        int fit = descriptors <= 0 ? MOST : Math.clamp(descriptors / 4 * 3, 1, MOST);
        return asked == 0 ? fit : asked;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            refused.run();
            connection.unsafe().closeForcibly();
            untold++;
            tell(context, most + " connections are open, those that come are closed");
            return;
        }
        connection.closeFuture().addListener(_ -> open.decrementAndGet());
        context.fireChannelRead(accepted);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Those that wait in the kernel's queue are accepted later.
        context.channel().config().setAutoRead(false);
        context.executor()
                .schedule(() -> context.channel().config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
        tell(context, "connections cannot be accepted: " + cause.getMessage());
    }

    private void tell(ChannelHandlerContext context, String what) {
        if (told) {
            return;
        }
        told = true;
        LOG.warn(
                "{}: {} (limits: {}, and that of open files)",
                name(context.channel()),
                what,
                DiscoverySettings.AMBIT_MAX_CONNECTIONS);
        context.executor().schedule(() -> summarize(context.channel()), SILENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void summarize(Channel listener) {
        told = false;
        if (untold > 1) {
            LOG.warn("{}: {} connections were closed in {} s", name(listener), untold, SILENCE_SECONDS);
        }
        untold = 0;
    }

    private static String name(Channel listener) {
        return listener.localAddress() instanceof InetSocketAddress address
                ? "port " + address.getPort()
                : String.valueOf(listener.localAddress());
    }
}
