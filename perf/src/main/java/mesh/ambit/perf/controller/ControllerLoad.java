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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.perf.load.LatencyHistogram;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;

/** Connects clients to a controller, replaces pods, and says how long news took to the last client and what it cost. */
public final class ControllerLoad {
    private static final long PATIENCE_SECONDS = 600;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    private static final double WARM_UP_RATE = 50;

    /** Clients that have not been served yet at any time: as many as the controller admits in a second. */
    private static final int AT_THE_DOOR = 25;

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
    private final Semaphore door = new Semaphore(AT_THE_DOOR);
    private volatile CountDownLatch connected = new CountDownLatch(0);

    /** What one of the clients holds, name to version. */
    private final Map<String, String> held = new ConcurrentHashMap<>();

    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger ended = new AtomicInteger();

    /** Streams that ended before anything came. */
    private final AtomicInteger lost = new AtomicInteger();

    /** Creates a load of so many clients, which says on {@code out} how it goes. */
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
    public ControllerRun run(int pods, List<Double> rates, Duration time, List<String> options)
            throws IOException, InterruptedException {
        EventLoopGroup sockets = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (ControllerProcess controller =
                        ControllerProcess.start(pods, options, (name, nanos) -> news(name).changedNanos = nanos);
                ExecutorService calls = Executors.newFixedThreadPool(1)) {
            ControllerRun.Start start =
                    new ControllerRun.Start(controller.started().toMillis(), controller.residentMib());
            say("%,d pods: %s", pods, start);
            List<ManagedChannel> channels = new ArrayList<>();
            ControllerRun.Connect first = connect(controller, sockets, calls, Map.of(), channels);
            say("  connect   %s", first);
            List<ControllerRun.Look> looks = new ArrayList<>();
            for (double rate : rates) {
                looks.add(look(controller, rate, Math.max(1, (int) (rate * time.toSeconds()))));
                say("  %s", looks.getLast());
            }
            closeAll(channels);
            ControllerRun.Connect again = connect(controller, sockets, calls, Map.copyOf(held), channels);
            say("  reconnect %s", again);
            closeAll(channels);
            calls.shutdownNow();
            return new ControllerRun(pods, clients, start, first, looks, again);
        } finally {
            sockets.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private News news(String name) {
        return news.computeIfAbsent(name, _ -> new News());
    }

    private ControllerRun.Connect connect(
            ControllerProcess controller,
            EventLoopGroup sockets,
            ExecutorService calls,
            Map<String, String> holding,
            List<ManagedChannel> channels)
            throws IOException, InterruptedException {
        connected = new CountDownLatch(clients);
        received.set(0);
        Duration cpu = controller.cpu();
        long start = System.nanoTime();
        DeltaDiscoveryRequest holds = NotedClient.holding(holding);
        long firstNanos = 0;
        for (int i = 0; i < clients; i++) {
            await(() -> door.tryAcquire(1, TimeUnit.SECONDS));
            ManagedChannel channel = NettyChannelBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), controller.port()))
                    .channelType(NioSocketChannel.class)
                    .eventLoopGroup(sockets)
                    .executor(calls)
                    .flowControlWindow(1 << 20)
                    .usePlaintext()
                    .build();
            channels.add(channel);
            NotedClient.open(channel, holds, i == 0 && holding.isEmpty(), new Receiver(i == 0 && holding.isEmpty()));
            if (i == 0) {
                while (connected.getCount() == clients && System.nanoTime() - start < PATIENCE_NANOS) {
                    Thread.sleep(1);
                }
                firstNanos = System.nanoTime() - start;
            }
        }
        await(() -> connected.await(1, TimeUnit.SECONDS));
        return new ControllerRun.Connect(
                seconds(firstNanos),
                seconds(System.nanoTime() - start),
                seconds(controller.cpu().minus(cpu).toNanos()),
                received.get() / clients,
                controller.residentMib());
    }

    /** What is tried for a second. */
    private interface Attempt {
        boolean succeeds() throws InterruptedException;
    }

    private void await(Attempt attempt) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!attempt.succeeds()) {
            if (lost.get() > 0 || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(connected.getCount() + " of " + clients + " clients were not served, "
                        + lost.get() + " streams ended before");
            }
        }
    }

    private ControllerRun.Look look(ControllerProcess controller, double rate, int count)
            throws IOException, InterruptedException {
        // Warm: what a controller that has run for minutes does, not one that has just begun.
        int warmUp = (int) (rate < WARM_UP_RATE ? WARM_UP_RATE * 4 : rate * 4);
        controller.replace(Math.max(rate, WARM_UP_RATE), warmUp);
        settle(warmUp);
        news.clear();
        Duration cpu = controller.cpu();
        controller.replace(rate, count);
        settle(count);
        double used = controller.cpu().minus(cpu).toNanos() / 1e6 / count;
        LatencyHistogram latency = new LatencyHistogram();
        news.values().forEach(each -> latency.record(each.lastNanos.get() - each.changedNanos));
        return new ControllerRun.Look(
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
        channels.clear();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    @SuppressWarnings(
            "AnnotateFormatMethod") // A few callers, all in this file, and no annotations of that library here.
    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }

    private final class Receiver implements NotedClient.Listener {
        private final boolean keeps;
        private boolean first = true;

        Receiver(boolean keeps) {
            this.keeps = keeps;
        }

        @Override
        public void received(NotedClient.Glance response, long nowNanos) {
            received.addAndGet(response.bytes());
            if (!response.type().equals(NotedClient.ADDRESS)) {
                return;
            }
            if (keeps) {
                held.putAll(response.versions());
                response.removed().forEach(held::remove);
            }
            if (first) {
                first = false;
                connected.countDown();
                door.release();
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
            if (first) {
                lost.incrementAndGet();
            }
        }
    }
}
