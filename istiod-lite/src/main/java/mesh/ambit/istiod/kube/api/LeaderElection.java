package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one of several controllers do a duty, by a Lease of the cluster. Whoever leads and cannot renew in time stops
 * before the others may begin; whoever ends gives the lease back. What is measured is time as it passes here: clocks of
 * other machines, and steps of our own, decide nothing.
 *
 * <p>Two may still lead for a moment, for instance when a process was stopped for longer than the lease and goes on: a
 * duty must be one that two do no harm with.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final ApiResource LEASES = ApiResource.of("coordination.k8s.io", "v1", "leases");

    private final ApiServer server;
    private final String namespace;
    private final String name;
    private final String identity;
    private final Supplier<AutoCloseable> duty;
    private final Timing timing;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ending = lock.newCondition();
    private final Thread thread;

    private volatile boolean closed;
    private volatile boolean leading;
    /** The look at the lease that is under way, or was last; several at once there are never. */
    private volatile @Nullable FutureTask<Boolean> look;

    private @Nullable AutoCloseable running;
    private volatile long renewedAt;

    /** The lease as we last wrote it, while it is ours: as long as nobody else writes it, it need not be read. */
    private @Nullable JsonNode held;

    /** The lease as somebody else last wrote it, and when we saw that. */
    private String seenVersion = "";

    private long seenAt;
    private String complaint = "";

    /**
     * How fast things go.
     *
     * @param lease how long after the last sign of life of a leader another one takes over
     * @param deadline how long a leader goes on without being able to renew; shorter than the lease
     * @param retry how often leaders renew and others look
     */
    public record Timing(Duration lease, Duration deadline, Duration retry) {
        /** A takeover needs 25 s at most. The reference's 30 s, 15 s and 7.5 s would need more than 30 s. */
        public static final Timing DEFAULT =
                new Timing(Duration.ofSeconds(20), Duration.ofSeconds(12), Duration.ofSeconds(5));

        public Timing {
            if (deadline.compareTo(lease) >= 0) {
                throw new IllegalArgumentException("deadline " + deadline + " (expected: less than " + lease + ")");
            }
        }

        int leaseSeconds() {
            return (int) Math.max(1, lease.toSeconds());
        }
    }

    private LeaderElection(
            ApiServer server,
            String namespace,
            String name,
            String identity,
            Supplier<AutoCloseable> duty,
            Timing timing,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.server = server;
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.duty = duty;
        this.timing = timing;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.thread = Thread.ofVirtual().name("lease " + name).unstarted(this::run);
    }

    /**
     * Begins to stand for election.
     *
     * @param identity who we are, other than all others
     * @param duty begins the duty; what it returns is closed when it is no longer ours
     * @param nanoTime passing time in ns, from any origin
     */
    public static LeaderElection start(
            ApiServer server,
            String namespace,
            String name,
            String identity,
            Supplier<AutoCloseable> duty,
            Timing timing,
            InstantSource clock,
            LongSupplier nanoTime) {
        LeaderElection election = new LeaderElection(server, namespace, name, identity, duty, timing, clock, nanoTime);
        election.thread.start();
        return election;
    }

    /** Returns whether the duty is ours now. */
    public boolean isLeading() {
        return leading;
    }

    private void run() {
        while (!closed) {
            boolean ours = isOurs();
            if (ours && !leading) {
                begin();
            } else if (!ours && leading) {
                lose();
            }
            pause(timing.retry());
        }
    }

    private boolean isOurs() {
        boolean ours;
        try {
            ours = answer();
            complaint = "";
        } catch (ExecutionException | CancellationException e) {
            Throwable failure = e.getCause() == null ? e : e.getCause();
            String reason = String.valueOf(failure.getMessage());
            if (!closed && !complaint.equals(reason)) {
                complaint = reason;
                LOG.warn("lease {}/{}: {}, trying again", namespace, name, reason);
            }
            // Nobody can have taken the lease while it has not run out.
            ours = leading;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ours = false;
        }
        // What was answered late says what was; the next look says what is.
        return ours && isCertain();
    }

    /**
     * Looks at the lease, on another thread: a request may go unanswered for longer than the lease lasts, and the duty must
     * be over by then.
     */
    private boolean answer() throws ExecutionException, InterruptedException {
        FutureTask<Boolean> begun = new FutureTask<>(this::acquireOrRenew);
        look = begun;
        Thread.ofVirtual().name("look at lease " + name).start(begun);
        while (leading) {
            try {
                return begun.get(left().toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (!isCertain()) {
                    lose();
                }
            }
        }
        return begun.get();
    }

    /** Returns how much longer a lease that was renewed when it last was is ours for certain. */
    private Duration left() {
        Duration left = timing.deadline().minus(elapsed(renewedAt));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private boolean isCertain() {
        return left().isPositive();
    }

    /** Returns whether the lease is ours now. */
    private boolean acquireOrRenew() throws IOException {
        String path = LEASES.object(namespace, name);
        JsonNode known = held;
        held = null;
        if (known != null && leading && write(() -> server.replace(path, lease(known, identity)))) {
            return true;
        }
        JsonNode present;
        try {
            present = server.get(path);
        } catch (ApiException e) {
            if (e.code() != ApiException.NOT_FOUND) {
                throw e;
            }
            return write(() -> server.create(LEASES.in(namespace).path("v1"), lease(null, identity)));
        }
        String holder = Lease.holder(present);
        if (!holder.equals(identity) && !holder.isEmpty()) {
            String version = Codec.TREE.version(present);
            if (!version.equals(seenVersion)) {
                seenVersion = version;
                seenAt = nanoTime.getAsLong();
            }
            if (elapsed(seenAt).compareTo(Lease.duration(present, timing.leaseSeconds())) < 0) {
                return false;
            }
        }
        return write(() -> server.replace(path, lease(present, identity)));
    }

    /** A write of the lease. */
    @FunctionalInterface
    private interface Write {
        JsonNode run() throws IOException;
    }

    private boolean write(Write write) throws IOException {
        // Counted from before: the server may have taken it long before we hear of it.
        long begun = nanoTime.getAsLong();
        try {
            held = write.run();
        } catch (ApiException e) {
            if (e.code() == ApiException.CONFLICT) {
                return false;
            }
            throw e;
        }
        renewedAt = begun;
        return true;
    }

    private ObjectNode lease(@Nullable JsonNode present, String holder) {
        return Lease.held(namespace, name, present, holder, timing.leaseSeconds(), clock.instant());
    }

    private void begin() {
        LOG.info("lease {}/{}: ours", namespace, name);
        leading = true;
        try {
            running = duty.get();
        } catch (RuntimeException e) {
            LOG.error("lease {}/{}: the duty does not begin", namespace, name, e);
        }
    }

    private void lose() {
        LOG.warn("lease {}/{}: lost, the duty is left to others", namespace, name);
        stop();
    }

    private void stop() {
        leading = false;
        AutoCloseable former = running;
        running = null;
        if (former != null) {
            try {
                former.close();
            } catch (Exception e) {
                LOG.warn("lease {}/{}: ending the duty failed", namespace, name, e);
            }
        }
    }

    private Duration elapsed(long since) {
        return Duration.ofNanos(nanoTime.getAsLong() - since);
    }

    private void pause(Duration duration) {
        lock.lock();
        try {
            long nanos = duration.toNanos();
            while (!closed && nanos > 0) {
                nanos = ending.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the duty, then gives the lease back, so that another need not wait for it to run out. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ending.signalAll();
        } finally {
            lock.unlock();
        }
        boolean answered;
        try {
            answered = thread.join(timing.deadline());
            FutureTask<Boolean> hanging = look;
            if (!answered && hanging != null) {
                hanging.cancel(true);
                thread.join(timing.deadline());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!leading || thread.isAlive()) {
            return;
        }
        stop();
        if (answered) {
            giveBack();
        }
    }

    private void giveBack() {
        try {
            String path = LEASES.object(namespace, name);
            JsonNode present = server.get(path);
            if (Lease.holder(present).equals(identity)) {
                server.replace(path, lease(present, ""));
            }
        } catch (IOException e) {
            LOG.info("lease {}/{}: not given back, it runs out: {}", namespace, name, e.getMessage());
        }
    }
}
