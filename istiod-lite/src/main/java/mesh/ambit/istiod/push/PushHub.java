package mesh.ambit.istiod.push;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
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

    private final Executor workers;
    private final int parallelism;
    private final InstantSource clock;
    private final PushMetrics metrics;
    private final StreamLimits limits;
    private final SendBudget budget;
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
        wakeAll(now);
        return true;
    }

    /** Wakes every stream; each worker takes the next one until none is left. */
    private void wakeAll(long startNanos) {
        List<ClientStream> woken = new ArrayList<>(streams);
        if (woken.isEmpty()) {
            lastPushNanos = 0;
            return;
        }
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < Math.min(parallelism, woken.size()); i++) {
            workers.execute(() -> {
                for (int at = taken.getAndIncrement(); at < woken.size(); at = taken.getAndIncrement()) {
                    woken.get(at).wake();
                    if (done.incrementAndGet() == woken.size()) {
                        lastPushNanos = System.nanoTime() - startNanos;
                    }
                }
            });
        }
    }

    /** Wakes every stream once {@code delay} is over, for those whose clients owe an answer and may never give it. */
    void wakeLater(Duration delay) {
        if (wakesLater.compareAndSet(false, true)) {
            Thread.ofVirtual().name("push-later").start(() -> {
                try {
                    Thread.sleep(delay);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                wakesLater.set(false);
                streams.forEach(ClientStream::wake);
            });
        }
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
        wakeAll(System.nanoTime());
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

    PushMetrics metrics() {
        return metrics;
    }

    StreamLimits limits() {
        return limits;
    }

    SendBudget budget() {
        return budget;
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
