package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More than a node proxy can take, of whatever is scarce. */
@SuppressWarnings("try") // Some of what is opened only has to be there.
@Tag("netns")
class PressureIT {
    private static final int STORM = 20_000;
    private static final int STORM_WIDTH = 64;

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private Shop shop;

    @BeforeEach
    void openShop() throws IOException {
        shop = new Shop(mesh);
    }

    @Test
    void stormOfShortConnectionsLeavesNothingBehind() throws Exception {
        assertThat(shop.talk()).isNotEmpty();
        long before = descriptors();
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        // The record of every touch of every buffer costs several times what the storm itself does.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        EventLoopGroup loops = Transport.best().group(1, "storm");
        try (AutoCloseable end =
                () -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync()) {
            EventLoop loop = loops.next();
            SocketSpace inOrders = constructor -> shop.orders.namespace().call(constructor::get);
            SocketSpace inWeb = constructor -> shop.web.namespace().call(constructor::get);
            Channel app = Transport.best()
                    .listener(loops, inOrders, false)
                    .childOption(ChannelOption.AUTO_READ, true)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new SendsBack());
                        }
                    })
                    .bind(9090)
                    .sync()
                    .channel();
            Storm storm = new Storm(Transport.best()
                    .connector(loop, inWeb)
                    .option(ChannelOption.AUTO_READ, true)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, false));
            loop.execute(() -> {
                for (int i = 0; i < STORM_WIDTH; i++) {
                    storm.next();
                }
            });
            assertThat(storm.over.await(900, TimeUnit.SECONDS))
                    .as("storm ended")
                    .isTrue();
            assertThat(storm.served.get()).isEqualTo(STORM);
            app.close().sync();
        } finally {
            ResourceLeakDetector.setLevel(level);
        }

        Await.until("descriptors are back", () -> descriptors() <= before + 8);
        assertThat(shop.talk()).isNotEmpty();
    }

    @Test
    void applicationThatDoesNotReadCostsNoMoreThanItsWindow() throws Exception {
        try (ServerSocket deaf = shop.orders
                        .namespace()
                        .call(() -> new ServerSocket(9091, 1, InetAddress.ofLiteral("0.0.0.0")));
                Socket client = EchoApp.dial(shop.web.namespace(), shop.orders.address(), 9091)) {
            long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
            AtomicLong written = new AtomicLong();
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                byte[] chunk = new byte[64 * 1024];
                try {
                    while (true) {
                        client.getOutputStream().write(chunk);
                        written.addAndGet(chunk.length);
                    }
                } catch (IOException e) {
                    // Closed at the end of the test.
                }
            });
            AtomicLong last = new AtomicLong(-1);
            AtomicInteger still = new AtomicInteger();
            // A pause before that much is written is the machine's, not ours.
            Await.until("the writer is stopped", () -> {
                boolean moved = last.getAndSet(written.get()) != written.get();
                return (moved ? zero(still) : still.incrementAndGet()) > 200 && written.get() > 1024 * 1024;
            });

            assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before)
                    .as("a window, a read of each side, and what TLS has in hand")
                    .isLessThan(8L * 1024 * 1024);
            assertThat(shop.talk()).as("others go on").isNotEmpty();
            client.close();
            writer.join(10_000);
        }
    }

    private static int zero(AtomicInteger counter) {
        counter.set(0);
        return 0;
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    /** Connections that say one byte, wait for it to come back, and end; so many at a time. */
    private final class Storm {
        private final Bootstrap connector;
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger served = new AtomicInteger();
        private final CountDownLatch over = new CountDownLatch(1);

        Storm(Bootstrap connector) {
            this.connector = connector;
        }

        void next() {
            if (begun.incrementAndGet() > STORM) {
                return;
            }
            connector
                    .clone()
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext ctx) {
                            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}));
                        }

                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ((ByteBuf) msg).release();
                            served.incrementAndGet();
                            ctx.close();
                        }
                    })
                    .connect(shop.orders.address(), 9090)
                    .channel()
                    .closeFuture()
                    .addListener(closed -> {
                        if (ended.incrementAndGet() == STORM) {
                            over.countDown();
                        }
                        // In a task: new sockets are not made while events of the same turn are under way.
                        connector.config().group().execute(this::next);
                    });
        }
    }

    /** Sends back what it is sent. */
    private static final class SendsBack extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
