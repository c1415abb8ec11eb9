package mesh.ambit.perf.controller;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.perf.load.LatencyHistogram;

/** Connects clients to a controller, replaces pods, and prints how long news took to the last client and what it cost. */
public final class ControllerLoad {
    private static final long PATIENCE_SECONDS = 600;
    private static final double WARM_UP_RATE = 50;

    /** A pod that came: when, how many clients know, when the last of them was told. */
    private static final class News {
        final AtomicInteger told = new AtomicInteger();
        final AtomicLong lastNanos = new AtomicLong();
        volatile long changedNanos;
    }

    private final int clients;
    private final PrintWriter out;
    private final Map<String, News> news = new ConcurrentHashMap<>();
    private final AtomicInteger complete = new AtomicInteger();
    private volatile CountDownLatch connected = new CountDownLatch(0);
    private volatile Map<String, String> held = Map.of();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger ended = new AtomicInteger();

    /** Creates a load of so many clients. */
    public ControllerLoad(int clients, PrintWriter out) {
        this.clients = clients;
        this.out = out;
    }

    /**
     * Runs against a mesh of {@code pods}.
     *
     * @param rates replaced pods a second, one look for each
     * @param time how long each look takes
     * @param options of the controller's JVM
     */
    public void run(int pods, List<Double> rates, Duration time, List<String> options)
            throws IOException, InterruptedException {
        EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (ControllerProcess controller =
                        ControllerProcess.start(pods, options, (name, nanos) -> news(name).changedNanos = nanos);
                ExecutorService calls = Executors.newFixedThreadPool(1)) {
            say("%,d pods: %s; resident %,d MiB", pods, controller.filled(), controller.residentMib());
            List<ManagedChannel> channels = connect(controller, sockets, calls, Map.of(), "connect");
            for (double rate : rates) {
                look(controller, rate, Math.max(1, (int) (rate * time.toSeconds())));
            }
            closeAll(channels);
            Map<String, String> known = held;
            closeAll(connect(controller, sockets, calls, known, "reconnect"));
            calls.shutdownNow();
        } finally {
            sockets.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private News news(String name) {
        return news.computeIfAbsent(name, _ -> new News());
    }

    private List<ManagedChannel> connect(
            ControllerProcess controller,
            EventLoopGroup sockets,
            ExecutorService calls,
            Map<String, String> holding,
            String what)
            throws IOException, InterruptedException {
        connected = new CountDownLatch(clients);
        received.set(0);
        Duration cpu = controller.cpu();
        long start = System.nanoTime();
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), controller.port()))
                    .channelType(NioSocketChannel.class)
                    .eventLoopGroup(sockets)
                    .executor(calls)
                    .flowControlWindow(4 << 20)
                    .usePlaintext()
                    .build();
            channels.add(channel);
            NotedClient.open(channel, i, holding, new Receiver());
        }
        if (!connected.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(connected.getCount() + " clients were not served");
        }
        long took = System.nanoTime() - start;
        say(
                "  %-9s %d clients: last has all after %.2f s, CPU %.2f s, %,d bytes each, resident %,d MiB",
                what,
                clients,
                seconds(took),
                seconds(controller.cpu().minus(cpu).toNanos()),
                received.get() / clients,
                controller.residentMib());
        return channels;
    }

    private void look(ControllerProcess controller, double rate, int count) throws IOException, InterruptedException {
        // Warm: what a controller that has run for minutes does, not one that has just begun.
        int warmUp = (int) (rate < WARM_UP_RATE ? WARM_UP_RATE * 4 : rate * 4);
        controller.replace(Math.max(rate, WARM_UP_RATE), warmUp);
        settle(warmUp);
        news.clear();
        complete.set(0);
        Duration cpu = controller.cpu();
        controller.replace(rate, count);
        settle(count);
        double used = controller.cpu().minus(cpu).toNanos() / 1e6 / count;
        LatencyHistogram latency = new LatencyHistogram();
        news.values().forEach(each -> latency.record(each.lastNanos.get() - each.changedNanos));
        say(
                "  %5.0f/s     added, to the last client: p50 %.1f ms, p99 %.1f ms, max %.1f ms; CPU %.2f ms a pod; resident %,d"
                        + " MiB",
                rate,
                latency.percentileNanos(50) / 1e6,
                latency.percentileNanos(99) / 1e6,
                latency.maxNanos() / 1e6,
                used,
                controller.residentMib());
    }

    private void settle(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (complete.get() < count) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("only " + complete.get() + " of " + count
                        + " pods reached every client, " + ended.get() + " streams ended");
            }
            Thread.sleep(20);
        }
        complete.set(0);
    }

    private static void closeAll(List<ManagedChannel> channels) throws InterruptedException {
        channels.forEach(ManagedChannel::shutdownNow);
        for (ManagedChannel channel : channels) {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    @SuppressWarnings(
            "AnnotateFormatMethod") // Three callers, all in this file, and no annotations of that library here.
    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }

    private final class Receiver implements NotedClient.Listener {
        private boolean first = true;

        @Override
        public void received(NotedClient.Glance response, long nowNanos) {
            received.addAndGet(response.bytes());
            if (!response.type().equals(NotedClient.ADDRESS)) {
                return;
            }
            if (first) {
                first = false;
                if (!response.versions().isEmpty()) {
                    held = response.versions();
                }
                connected.countDown();
                return;
            }
            for (String name : response.versions().keySet()) {
                News each = news(name);
                each.lastNanos.accumulateAndGet(nowNanos, Math::max);
                if (each.told.incrementAndGet() == clients) {
                    complete.incrementAndGet();
                }
            }
        }

        @Override
        public void ended(Throwable reason) {
            ended.incrementAndGet();
        }
    }
}
