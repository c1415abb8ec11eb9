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
 * the first one waits for the attempt under way. Thread-safe; the work is done on the executor.
 */
public final class CertificateManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateManager.class);

    private final CertificateAuthority authority;
    private final InstantSource clock;
    private final ScheduledExecutorService executor;

    /** What every thread may read; written on the executor. */
    private final Map<SpiffeId, CertificateState> published = new ConcurrentHashMap<>();

    // The rest belongs to the executor.
    private final CertificateBook book;
    private final Map<SpiffeId, List<CompletableFuture<Svid>>> waiting = new HashMap<>();
    private @Nullable Future<?> alarm;

    /**
     * Creates one.
     *
     * @param clock what certificates' times are compared with
     * @param random spreads retries
     * @param executor of one thread, which is not a data path's; shut down by {@link #close}
     */
    public CertificateManager(
            CertificateAuthority authority,
            InstantSource clock,
            RandomGenerator random,
            ScheduledExecutorService executor) {
        this.authority = requireNonNull(authority, "authority");
        this.clock = requireNonNull(clock, "clock");
        this.executor = requireNonNull(executor, "executor");
        this.book = new CertificateBook(random);
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
            publish(identity, book.want(identity, Priority.WARM_UP, clock.instant()));
            work();
        });
    }

    /** Drops {@code identity}: nobody on this node has it any more. */
    public void forget(SpiffeId identity) {
        onExecutor(() -> {
            book.forget(identity);
            published.remove(identity);
            waiters(identity)
                    .forEach(waiter -> waiter.completeExceptionally(
                            new SigningException(identity + " is not on this node any more")));
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
            executor.shutdownNow();
        });
    }

    private CompletionStage<Svid> await(SpiffeId identity) {
        CompletableFuture<Svid> waiter = new CompletableFuture<>();
        boolean taken = onExecutor(() -> {
            CertificateState state = book.want(identity, Priority.REAL_TIME, clock.instant());
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
        for (SpiffeId identity : book.start(clock.instant())) {
            LOG.debug("asking for a certificate of {}", identity);
            sign(identity).whenComplete((svid, failure) -> onExecutor(() -> ended(identity, svid, failure)));
        }
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        Instant next = book.next();
        if (next != null) {
            Duration wait = Duration.between(clock.instant(), next);
            long millis = wait.isNegative() ? 0 : wait.plusNanos(999_999).toMillis();
            alarm = executor.schedule(this::work, millis, TimeUnit.MILLISECONDS);
        }
    }

    private CompletionStage<Svid> sign(SpiffeId identity) {
        try {
            return authority.sign(identity);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void ended(SpiffeId identity, @Nullable Svid svid, @Nullable Throwable failure) {
        Instant now = clock.instant();
        if (svid != null) {
            if (book.succeeded(identity, svid, now)) {
                LOG.debug("{} has a certificate until {}", identity, svid.notAfter());
                publish(identity, new CertificateState.Available(svid));
                waiters(identity).forEach(waiter -> waiter.complete(svid));
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

    private void publish(SpiffeId identity, CertificateState state) {
        published.put(identity, state);
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
