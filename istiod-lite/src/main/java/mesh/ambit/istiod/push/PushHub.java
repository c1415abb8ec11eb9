package mesh.ambit.istiod.push;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * Holds the current state of the mesh and wakes every stream for each new one.
 *
 * <p>{@link #publish} is called by one thread; streams come and go on others.
 */
public final class PushHub {
    /** Large responses that wait in the transport at once: a few copies of a large mesh. */
    private static final long BUDGET_BYTES = 64L << 20;

    /** A client that comes again lists what it holds: 7 MB for 100,000 pods, and twice that while it is read. */
    private static final int FIRST_REQUESTS = 8;

    /** So few resources cost a connection's thread less than handing them over. */
    private static final int SMALL_CHANGE = 500;

    /** Streams that an event loop puts responses together for before it writes them. */
    private static final int WOKEN_AT_ONCE = 16;

    private final Executor workers;
    private final int parallelism;
    private final InstantSource clock;
    private final PushMetrics metrics;
    private final StreamLimits limits;
    private final SendBudget budget;

    /** First requests that are read at once; each may list the whole mesh. */
    private final SendBudget firstRequests;

    private final String startStamp;
    private final Set<ClientStream> streams = ConcurrentHashMap.newKeySet();
    private final ProxylessHub proxyless;
    private volatile Revision current = Revision.NOTHING;
    private volatile boolean published;
    private volatile long lastPushNanos;
    private final AtomicBoolean wakesLater = new AtomicBoolean();

    /**
     * Creates one without a state.
     *
     * @param workers runs the pushes, whose tasks are short and never block
     * @param parallelism how many streams are pushed to at once, if there are processors for so many
     * @param clock tells when something was sent; our start time is part of the text that clients see as version
     */
    public PushHub(Executor workers, int parallelism, InstantSource clock, PushMetrics metrics) {
        this(workers, parallelism, clock, metrics, StreamLimits.DEFAULT);
    }

    PushHub(Executor workers, int parallelism, InstantSource clock, PushMetrics metrics, StreamLimits limits) {
        this.workers = workers;
        this.parallelism = Math.min(parallelism, Runtime.getRuntime().availableProcessors());
        this.clock = clock;
        this.metrics = metrics;
        this.limits = limits;
        this.budget = new SendBudget(BUDGET_BYTES, workers);
        this.firstRequests = new SendBudget(FIRST_REQUESTS, workers);
        this.startStamp = clock.instant().toString();
        this.proxyless = new ProxylessHub(workers, startStamp);
    }

    /** Makes exactly these resources the mesh, as {@link #publish(MeshDelta, long)} does what differs. */
    public boolean publish(
            Collection<? extends MeshResource> resources, Collection<Policy> policies, long changedNanos) {
        return publish(current.state().deltaTo(resources, policies), changedNanos);
    }

    /**
     * Changes the mesh by {@code delta} and pushes what differs; returns whether anything does. The first call makes the
     * mesh known, even an empty one.
     *
     * @param changedNanos when the first of these changes was heard of, by {@link System#nanoTime()}
     */
    public boolean publish(MeshDelta delta, long changedNanos) {
        Revision before = current;
        PushState.Next next =
                before.state().with(startStamp + "/" + (before.step().number() + 1), delta);
        if (published && next.change().isEmpty()) {
            return false;
        }
        long now = System.nanoTime();
        // The way first: whoever sees the new revision can walk to it.
        current = new Revision(next.state(), before.step().append(next.change()), changedNanos, now);
        published = true;
        metrics.published(now - changedNanos);
        wakeAll(now, next.change().size() <= SMALL_CHANGE);
        return true;
    }

    /**
     * Wakes every stream where its connection is read and written, so that a small change costs no change of threads; the
     * others, and all of them for a large one, on workers, each of which takes the next stream until none is left.
     */
    private void wakeAll(long startNanos, boolean small) {
        List<ClientStream> homeless = new ArrayList<>();
        IdentityHashMap<Executor, List<ClientStream>> byLoop = new IdentityHashMap<>();
        int count = 0;
        for (ClientStream stream : streams) {
            Executor loop = small ? stream.loop() : null;
            (loop == null ? homeless : byLoop.computeIfAbsent(loop, _ -> new ArrayList<>())).add(stream);
            count++;
        }
        if (count == 0) {
            lastPushNanos = 0;
            return;
        }
        AtomicInteger left = new AtomicInteger(count);
        Runnable done = () -> {
            if (left.decrementAndGet() == 0) {
                lastPushNanos = System.nanoTime() - startNanos;
            }
        };
        byLoop.forEach((loop, woken) -> {
            if (!wakeSome(loop, woken, 0, done)) {
                homeless.addAll(woken);
            }
        });
        AtomicInteger taken = new AtomicInteger();
        for (int i = 0; i < Math.min(parallelism, homeless.size()); i++) {
            workers.execute(() -> {
                for (int at = taken.getAndIncrement(); at < homeless.size(); at = taken.getAndIncrement()) {
                    homeless.get(at).wake();
                    done.run();
                }
            });
        }
    }

    /** Wakes a few on their event loop, which then has its turn to write; returns whether it takes tasks at all. */
    private static boolean wakeSome(Executor loop, List<ClientStream> woken, int from, Runnable done) {
        try {
            loop.execute(() -> {
                int to = Math.min(from + WOKEN_AT_ONCE, woken.size());
                for (ClientStream stream : woken.subList(from, to)) {
                    stream.wake();
                    done.run();
                }
                if (to < woken.size()) {
                    wakeSome(loop, woken, to, done);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            // It has ended, and the connections with it.
            return false;
        }
    }

    /** Wakes every stream once {@code delay} is over, for those whose clients owe an answer and may never give it. */
    void wakeLater(Duration delay) {
        if (wakesLater.compareAndSet(false, true)) {
            later(delay, () -> {
                wakesLater.set(false);
                streams.forEach(ClientStream::wake);
            });
        }
    }

    /** Runs {@code action} once {@code delay} is over. */
    void later(Duration delay, Runnable action) {
        Thread.ofVirtual().name("push-later").start(() -> {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            action.run();
        });
    }

    /** Returns how long it took to put the last push before every client; pushes should be further apart than that. */
    public Duration lastPush() {
        return Duration.ofNanos(lastPushNanos);
    }

    /** Returns whether there is a state to serve. */
    public boolean hasState() {
        return published;
    }

    /** Returns what each client has and lacks, by connection. */
    public List<ClientStatus> status() {
        return ClientStatus.of(streams);
    }

    /** Returns the current state as JSON: workloads, services and policies as clients are told. */
    public String dump() {
        return MeshDump.of(current.state()).toString();
    }

    /** Wakes every stream though nothing changed; for a person who suspects that one was forgotten. */
    public void wakeAll() {
        wakeAll(System.nanoTime(), false);
    }

    /** Cuts streams whose clients take nothing any more; to be called every few seconds. */
    public void inspect() {
        long now = System.nanoTime();
        streams.forEach(stream -> stream.inspect(now));
    }

    /** Ends every stream in good order, so that clients come again at once; to us or to our successor. */
    public void closeStreams() {
        List.copyOf(streams).forEach(ClientStream::finish);
    }

    /** Returns what is told to clients of standard xDS. */
    public ProxylessHub proxyless() {
        return proxyless;
    }

    Revision current() {
        return current;
    }

    public PushMetrics metrics() {
        return metrics;
    }

    StreamLimits limits() {
        return limits;
    }

    SendBudget budget() {
        return budget;
    }

    SendBudget firstRequests() {
        return firstRequests;
    }

    Instant now() {
        return clock.instant();
    }

    long nowMillis() {
        return clock.millis();
    }

    void register(ClientStream stream) {
        streams.add(stream);
    }

    void unregister(ClientStream stream) {
        streams.remove(stream);
    }
}
