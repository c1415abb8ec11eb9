package mesh.ambit.ca;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import mesh.ambit.ca.CertificateBook.Priority;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One certificate for each identity, obtained once, renewed at half its life, and kept while the CA is away.
 *
 * <p>A request for an identity that has a certificate, or whose last attempt failed, is answered at once and starts nothing;
 * the first one waits for the attempt under way. A certificate that is replaced or forgotten is closed: the tunnels that
 * use it go on, and what it holds natively is freed with the last of them.
 *
 * <p>The wall clock decides what is valid and when to renew; waits between attempts are measured with a clock that is never
 * set. A wall clock that is set is noticed within {@link #MAX_SLEEP}. Thread-safe; the work is done on the executor.
 */
public final class CertificateManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateManager.class);

    /** The alarm is never set for later than this: a wall clock may be set while we sleep. */
    private static final Duration MAX_SLEEP = Duration.ofSeconds(30);

    /** Learns of certificates as they come and go. Called on the executor, one call at a time; must not block. */
    public interface Listener {
        /**
         * The CA has signed {@code svid}; it replaces what there was for its identity. Not called for one that was restored.
         * It gives access to the private key, which must reach neither a log nor another process.
         */
        default void issued(Svid svid) {}

        /** Nobody on this node has {@code identity} any more. */
        default void forgotten(SpiffeId identity) {}
    }

    private final CertificateAuthority authority;
    private final ScheduledExecutorService executor;

    /** What every thread may read; written on the executor. */
    private final Map<SpiffeId, CertificateState> published = new ConcurrentHashMap<>();

    // The rest belongs to the executor.
    private final CertificateBook book;
    private final Map<SpiffeId, List<CompletableFuture<Svid>>> waiting = new HashMap<>();
    private @Nullable Future<?> alarm;
    private final SteppedClock clock;
    private final RootsWatch roots;
    private boolean closed;
    private Listener listener = new Listener() {};

    /**
     * Creates one.
     *
     * @param clock what certificates' times are compared with
     * @param ticker nanoseconds that pass whatever happens to {@code clock}, as {@link System#nanoTime}
     * @param random spreads retries
     * @param executor of one thread, which is not a data path's; shut down by {@link #close}
     */
    public CertificateManager(
            CertificateAuthority authority,
            InstantSource clock,
            LongSupplier ticker,
            RandomGenerator random,
            ScheduledExecutorService executor) {
        this.authority = requireNonNull(authority, "authority");
        this.executor = requireNonNull(executor, "executor");
        this.book = new CertificateBook(random);
        this.clock = new SteppedClock(requireNonNull(clock, "clock"), requireNonNull(ticker, "ticker"));
        this.roots = new RootsWatch(authority::roots, ticker);
    }

    /** Tells {@code observer} from now on, instead of whom it was. */
    public void observe(Listener observer) {
        requireNonNull(observer, "observer");
        onExecutor(() -> listener = observer);
    }

    /**
     * Takes a certificate that was issued in an earlier life of the process. It serves as soon as somebody wants its
     * identity, and is renewed soon after; until then it costs nothing but memory. An expired one is ignored, and so is
     * one whose identity has a certificate already.
     */
    public void restore(Svid svid) {
        requireNonNull(svid, "svid");
        onExecutor(() -> {
            CertificateState state = book.restore(svid, now());
            if (state instanceof CertificateState.Available(Svid current)) {
                publish(svid.identity(), state);
                waiters(svid.identity()).forEach(waiter -> waiter.complete(current));
            }
            work();
        });
    }

    /**
     * Returns the certificate of {@code identity} for a connection that waits for it.
     *
     * @return at once where there is one; fails at once, with the reason of the last attempt, where there is none; else after
     *     the attempt under way. Fails with {@link SigningException}. May complete on the executor
     */
    public CompletionStage<Svid> fetch(SpiffeId identity) {
        return switch (published.get(identity)) {
            case CertificateState.Available(Svid svid) -> CompletableFuture.completedFuture(svid);
            case CertificateState.Unavailable(String reason) ->
                CompletableFuture.failedFuture(new SigningException(reason));
            case CertificateState.Initializing _ -> await(identity);
            case null -> await(identity);
        };
    }

    /** Returns the certificate of {@code identity} if there is one now, else null. Starts nothing. */
    public @Nullable Svid current(SpiffeId identity) {
        return published.get(identity) instanceof CertificateState.Available(Svid svid) ? svid : null;
    }

    /** Asks for a certificate of {@code identity} before anybody needs it. */
    public void prefetch(SpiffeId identity) {
        onExecutor(() -> {
            publish(identity, book.want(identity, Priority.WARM_UP, now()));
            work();
        });
    }

    /** Drops {@code identity}: nobody on this node has it any more. */
    public void forget(SpiffeId identity) {
        onExecutor(() -> {
            book.forget(identity);
            retire(published.remove(identity), null);
            listener.forgotten(identity);
            waiters(identity)
                    .forEach(waiter -> waiter.completeExceptionally(
                            new SigningException("the identity is no longer needed: " + identity)));
            work();
        });
    }

    /** Returns every identity with its state, sorted. */
    public SortedMap<SpiffeId, CertificateState> states() {
        return new TreeMap<>(published);
    }

    /** Ends the renewals; whoever waits fails. Certificates already handed out stay good. */
    @Override
    public void close() {
        onExecutor(() -> {
            SigningException over = new SigningException("shutting down");
            waiting.values().forEach(waiters -> waiters.forEach(waiter -> waiter.completeExceptionally(over)));
            waiting.clear();
            closed = true;
            disarm();
            // Not at once: who has just asked is still to be answered.
            executor.shutdown();
        });
    }

    private CompletionStage<Svid> await(SpiffeId identity) {
        CompletableFuture<Svid> waiter = new CompletableFuture<>();
        boolean taken = onExecutor(() -> {
            if (closed) {
                waiter.completeExceptionally(new SigningException("shutting down"));
                return;
            }
            CertificateState state = book.want(identity, Priority.REAL_TIME, now());
            publish(identity, state);
            // The attempt may have ended between the caller's look and this one.
            switch (state) {
                case CertificateState.Available(Svid svid) -> waiter.complete(svid);
                case CertificateState.Unavailable(String reason) ->
                    waiter.completeExceptionally(new SigningException(reason));
                case CertificateState.Initializing _ ->
                    waiting.computeIfAbsent(identity, id -> new ArrayList<>()).add(waiter);
            }
            work();
        });
        if (!taken) {
            waiter.completeExceptionally(new SigningException("shutting down"));
        }
        return waiter;
    }

    private boolean onExecutor(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.trace("the manager has ended", e);
            return false;
        }
    }

    /** Starts what is due and sets the alarm for what comes next. */
    private void work() {
        if (closed) {
            return;
        }
        if (roots.haveChanged()) {
            // Each carries the bundle that its holder verifies peers with, and may be signed by a root that goes. The
            // reference waits for the middle of each certificate's life.
            LOG.info("the mesh's roots have changed; replacing every certificate within {}", Rotation.REPLACEMENT);
            book.replaceAll(now(), Rotation.REPLACEMENT);
        }
        for (SpiffeId identity : book.start(now())) {
            LOG.debug("asking for a certificate of {}", identity);
            sign(identity).whenComplete((svid, failure) -> onExecutor(() -> ended(identity, svid, failure)));
        }
        disarm();
        Instant next = book.next();
        if (next != null) {
            Duration wait = Duration.between(now(), next);
            wait = wait.compareTo(MAX_SLEEP) > 0 ? MAX_SLEEP : wait;
            long millis = wait.isNegative() ? 0 : wait.plusNanos(999_999).toMillis();
            alarm = executor.schedule(this::work, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void disarm() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    /** Returns the wall's time, after telling the book if it has been set since the last look. */
    private Instant now() {
        Duration step = clock.step();
        if (!step.isZero()) {
            LOG.warn("the clock was set by {}; certificates are judged by the new time", step);
            book.stepped(step);
        }
        return clock.wall();
    }

    private CompletionStage<Svid> sign(SpiffeId identity) {
        try {
            return authority.sign(identity);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void ended(SpiffeId identity, @Nullable Svid svid, @Nullable Throwable failure) {
        if (closed) {
            if (svid != null) {
                svid.close();
            }
            return;
        }
        Instant now = now();
        if (svid != null && svid.roots().isEmpty() && isGood(published.get(identity), now)) {
            svid.close();
            ended(
                    identity,
                    null,
                    new SigningException("the CA sent a trust bundle without a certificate; the old one stays"));
            return;
        }
        if (svid != null) {
            if (book.succeeded(identity, svid, now)) {
                LOG.debug("{} has a certificate until {}", identity, svid.notAfter());
                publish(identity, new CertificateState.Available(svid));
                listener.issued(svid);
                waiters(identity).forEach(waiter -> waiter.complete(svid));
            } else {
                svid.close();
            }
        } else {
            String reason = reasonOf(requireNonNull(failure, "an attempt ends with a certificate or a failure"));
            CertificateState state = book.failed(identity, reason, now);
            if (state != null) {
                LOG.warn("no new certificate for {}: {}", identity, reason, failure);
                publish(identity, state);
                if (state instanceof CertificateState.Unavailable) {
                    waiters(identity).forEach(waiter -> waiter.completeExceptionally(new SigningException(reason)));
                }
            }
        }
        work();
    }

    /** Says whether there is one that peers can be judged with. Without one, any will do, as with the reference. */
    private static boolean isGood(@Nullable CertificateState state, Instant now) {
        return state instanceof CertificateState.Available(Svid svid)
                && !svid.roots().isEmpty()
                && svid.notAfter().isAfter(now);
    }

    private void publish(SpiffeId identity, CertificateState state) {
        retire(published.put(identity, state), state);
    }

    /** Frees what a certificate that is shown to nobody new holds, once its tunnels have ended. */
    private static void retire(@Nullable CertificateState before, @Nullable CertificateState after) {
        if (before instanceof CertificateState.Available(Svid old)
                && !(after instanceof CertificateState.Available(Svid current) && current == old)) {
            old.close();
        }
    }

    private List<CompletableFuture<Svid>> waiters(SpiffeId identity) {
        List<CompletableFuture<Svid>> waiters = waiting.remove(identity);
        return waiters == null ? List.of() : waiters;
    }

    private static String reasonOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() != null
                ? cause.getMessage()
                : cause.getClass().getSimpleName();
    }
}
