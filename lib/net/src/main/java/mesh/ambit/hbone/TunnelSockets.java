package mesh.ambit.hbone;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;

/** How a tunnel's socket is set up. */
final class TunnelSockets {
    /**
     * Queues behind TLS are what delays small requests beside bulk streams, so they are kept short: congested above one
     * large read, and no more than twice that unsent in the kernel.
     */
    private static final WriteBufferWaterMark MARKS = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private static final long NOT_SENT_LOW_WATER_BYTES = 128 * 1024;

    private TunnelSockets() {}

    /** Hands a connected tunnel over to {@code care}, if it has a descriptor. */
    static void connected(Channel channel, SocketCare care) {
        if (channel instanceof UnixChannel socket && socket.fd().isOpen()) {
            care.connected(socket.fd().intValue());
        }
    }

    /** Sets marks and allocator, and the kernel's own mark where the transport knows how. */
    static void tune(Channel channel) {
        channel.config().setWriteBufferWaterMark(MARKS);
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.config().setRecvByteBufAllocator(new GrowingReads(0));
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        // A tunnel has no halves: a peer that is done with it, even unfinished, is gone.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        if (channel instanceof EpollSocketChannel) {
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_LOW_WATER_BYTES);
        } else if (channel instanceof IoUringSocketChannel) {
            channel.config().setOption(IoUringChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_LOW_WATER_BYTES);
        }
    }
}
