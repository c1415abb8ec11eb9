package mesh.ambit.istiod.push;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.linux.Command;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.Node;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ten thousand connections at once, each with a stream: as when every node of a large cluster calls in the same second. */
class CrowdIT {
    private static final int CROWD = 10_000;
    private static final int PER_SECOND = 20;

    /** Each connection has two ends in this process, which needs some of its own too. */
    private static final int DESCRIPTORS = 2 * CROWD + 2_000;

    /** As many connections are being made at once: fewer than wait in the kernel's queue without being dropped. */
    private static final int WIDTH = 512;

    private static final byte[] CALL = call();
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int END_STREAM = 1;

    private final EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup crowd = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final String self = Long.toString(ProcessHandle.current().pid());
    private ResourceLeakDetector.Level level;
    private long limit;
    private int size;

    @BeforeEach
    void makeRoom() {
        level = ResourceLeakDetector.getLevel();
        // The record of every touch of every buffer costs several times what the crowd itself does.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        limit = system.getMaxFileDescriptorCount();
        if (limit < DESCRIPTORS) {
            Command.of("prlimit", "--pid", self, "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS)
                    .run();
        }
        // Who may not have more has a smaller crowd.
        size = (int) Math.min(CROWD, (system.getMaxFileDescriptorCount() - 2_000) / 2);
    }

    @AfterEach
    void leave() throws InterruptedException {
        crowd.close().await(60, TimeUnit.SECONDS);
        sockets.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(60, TimeUnit.SECONDS);
        if (limit < DESCRIPTORS) {
            Command.of("prlimit", "--pid", self, "--nofile=" + limit + ":" + limit)
                    .run();
        }
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void everybodyIsAnsweredAndWhoWasThereIsToldAndNothingIsKept() throws Exception {
        try (PlainServer server = new PlainServer(PER_SECOND)) {
            server.publish(Meshes.pier(), List.of());
            AdsClient first = server.client("node-a");
            first.subscribe(AdsClient.ADDRESS);
            first.acknowledge(first.next());

            long begun = System.nanoTime();
            rush(server.port());
            server.publish(Meshes.without(Meshes.pier(), "Kubernetes//Pod/pier/p-1"), List.of());

            assertThat(first.next().getRemovedResourcesList()).containsExactly("Kubernetes//Pod/pier/p-1");
            Await.until(
                    "everybody is answered",
                    Duration.ofMinutes(10),
                    () -> served.get() + refused.get() + lost.get() >= size);
            assertThat(lost).as("ended without a reason").hasValue(0);
            // Twenty at once and twenty for each second that it took, and one of waiting.
            int seconds = (int) Duration.ofNanos(System.nanoTime() - begun).toSeconds();
            assertThat(served.get()).isBetween(PER_SECOND, PER_SECOND * (seconds + 3));
            assertThat(server.hub.status()).hasSizeLessThanOrEqualTo(served.get() + 1);

            crowd.close().await(120, TimeUnit.SECONDS);

            Await.until("they are forgotten", () -> server.hub.status().size() == 1);
            Await.until("the next one is served", () -> {
                try (AdsClient next = server.client("node-c")) {
                    next.subscribe(AdsClient.ADDRESS);
                    return next.isServed();
                }
            });
            first.close();
        }
    }

    /** Makes all the connections; returns when the last one is under way. */
    private void rush(int port) throws InterruptedException {
        Semaphore width = new Semaphore(WIDTH);
        Bootstrap connector = new Bootstrap()
                .group(sockets)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Frames of HTTP/2: three bytes of length, then six more of the head.
                        channel.pipeline()
                                .addLast(new LengthFieldBasedFrameDecoder(1 << 24, 0, 3, 6, 0))
                                .addLast(new Caller());
                    }
                });
        for (int i = 0; i < size; i++) {
            width.acquire();
            connector.connect(InetAddress.getLoopbackAddress(), port).addListener(connected -> {
                width.release();
                if (!connected.isSuccess()) {
                    lost.incrementAndGet();
                }
            });
        }
    }

    /** Says what a proxy says first, and waits for what becomes of it. */
    private final class Caller extends SimpleChannelInboundHandler<ByteBuf> {
        private boolean answered;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            crowd.add(ctx.channel());
            ctx.writeAndFlush(Unpooled.wrappedBuffer(CALL));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
            int type = frame.getByte(3);
            boolean last = (frame.getByte(4) & END_STREAM) != 0;
            if (answered || frame.getInt(5) != 1 || (type != DATA && !(type == HEADERS && last))) {
                return;
            }
            answered = true;
            if (type == DATA) {
                served.incrementAndGet();
            } else if (frame.toString(US_ASCII).contains("request rate limit exceeded")) {
                refused.incrementAndGet();
            } else {
                lost.incrementAndGet();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!answered) {
                answered = true;
                lost.incrementAndGet();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Returns the bytes of a call of the delta method with its first request (RFC 9113, nothing compressed). */
    private static byte[] call() {
        ByteBuf head = Unpooled.buffer();
        field(head, ":method", "POST");
        field(head, ":scheme", "http");
        field(
                head,
                ":path",
                "/"
                        + AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod()
                                .getFullMethodName());
        field(head, ":authority", "istiod");
        field(head, "te", "trailers");
        field(head, "content-type", "application/grpc");
        field(head, "authorization", "Bearer t");
        byte[] message = DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId("ztunnel~10.0.0.1~ztunnel-b.istio-system~istio-system.svc"))
                .setTypeUrl(AdsClient.ADDRESS)
                .build()
                .toByteArray();
        ByteBuf all = Unpooled.buffer();
        all.writeCharSequence("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", US_ASCII);
        all.writeMedium(0).writeByte(4).writeByte(0).writeInt(0);
        all.writeMedium(head.readableBytes()).writeByte(HEADERS).writeByte(4).writeInt(1);
        all.writeBytes(head);
        all.writeMedium(5 + message.length).writeByte(DATA).writeByte(0).writeInt(1);
        all.writeByte(0).writeInt(message.length).writeBytes(message);
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    /** A field that is literal and enters no table (RFC 7541 6.2.2). */
    private static void field(ByteBuf head, String name, String value) {
        head.writeByte(0);
        head.writeByte(name.length()).writeCharSequence(name, US_ASCII);
        head.writeByte(value.length()).writeCharSequence(value, US_ASCII);
    }
}
