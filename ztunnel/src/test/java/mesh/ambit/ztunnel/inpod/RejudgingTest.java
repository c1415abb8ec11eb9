package mesh.ambit.ztunnel.inpod;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RejudgingTest {
    private static final int MANY = 10_000;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Transport transport = Transport.best();
    private final EventLoopGroup loops = transport.group(1, "rejudging");
    private final EventLoop loop = loops.next();
    private final LiveConnections connections = new LiveConnections(loops);
    private final AtomicInteger judged = new AtomicInteger();

    @AfterEach
    void loopsEnd() throws Exception {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(60, TimeUnit.SECONDS);
    }

    @Test
    void socketThatBecomesReadableDoesNotWaitForTenThousandJudgements() throws Exception {
        CompletableFuture<Integer> judgedBeforeRead = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            Channel channel = transport
                    .connector(loop, SocketSpace.HERE)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object msg) {
                            ReferenceCountUtil.release(msg);
                            judgedBeforeRead.complete(judged.get());
                        }
                    })
                    .connect(new InetSocketAddress(LOOPBACK, server.getLocalPort()))
                    .sync()
                    .channel();
            channel.read();
            try (Socket peer = server.accept()) {
                fill(() -> {
                    if (judged.get() == 1) {
                        write(peer);
                    }
                });

                connections.judgeAgain();

                assertThat(judgedBeforeRead.get(60, TimeUnit.SECONDS)).isBetween(1, 4 * Rejudging.AT_ONCE);
                Await.until("all are judged", () -> judged.get() == MANY);
            }
            channel.close().sync();
        }
    }

    @Test
    void oneThatCannotBeJudgedKeepsNobodyElseFromIt() throws Exception {
        fill(() -> {
            if (judged.get() % MANY == 1) {
                throw new IllegalStateException("this is the test's");
            }
        });

        connections.judgeAgain();
        Await.until("all are judged", () -> judged.get() == MANY);
        loop.submit(() -> {}).get(60, TimeUnit.SECONDS);
        connections.judgeAgain();
        Await.until("all are judged again", () -> judged.get() == 2 * MANY);
    }

    @Test
    void questionInTheMidstHasEveryoneJudgedOnceMore() throws Exception {
        fill(() -> {
            if (judged.get() == MANY / 2) {
                connections.judgeAgain();
                connections.judgeAgain();
            }
        });

        connections.judgeAgain();

        Await.until("all are judged twice", () -> judged.get() == 2 * MANY);
        loop.submit(() -> {}).get(60, TimeUnit.SECONDS);
        connections.judgeAgain();
        Await.until("all are judged again", () -> judged.get() == 3 * MANY);
    }

    private void fill(Runnable onJudged) throws Exception {
        loop.submit(() -> {
                    for (int i = 0; i < MANY; i++) {
                        connections.add(loop, new Counted(judged, onJudged));
                    }
                })
                .get(60, TimeUnit.SECONDS);
    }

    private static void write(Socket peer) {
        try {
            peer.getOutputStream().write(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Counted(AtomicInteger judged, Runnable onJudged) implements LiveConnections.Live {
        @Override
        public void judgeAgain() {
            judged.incrementAndGet();
            onJudged.run();
        }

        @Override
        public void cut(CutReason reason) {}

        @Override
        public LiveConnections.@Nullable View view() {
            return null;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
