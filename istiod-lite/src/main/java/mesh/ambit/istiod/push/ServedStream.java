package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's call, whatever its responses look like: who calls, in which order things happen, and how it ends.
 *
 * <p>Everything happens one after the other in {@link #loop}, whatever thread it comes from, requests before pushes. A
 * client that does not read is sent nothing, and its next request is not fetched. A fault of ours ends this stream and no
 * other.
 *
 * @param <Q> what the client sends
 * @param <R> what it is sent
 */
abstract class ServedStream<Q, R> implements StreamObserver<Q>, ClientStream {
    private static final int MAX_UNKNOWN_TYPES = 16;

    final String connection;
    final @Nullable CallerIdentity caller;
    final ServerCallStreamObserver<R> responses;
    final PushHub hub;
    final PushMetrics metrics;
    final SynchronizationContext loop = new SynchronizationContext(this::fault);

    /** Named for the kind of stream, as that is what somebody looks for who raises its level. */
    private final Logger log = LoggerFactory.getLogger(getClass());

    private final Instant opened;
    private final AtomicInteger waitingRequests = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Written in {@link #loop}, read by the status page too. */
    private volatile @Nullable ProxyNode proxy;

    private int unknownTypes;
    private boolean requestOutstanding;
    private boolean ended;
    private boolean blocked;
    private long blockedSinceNanos;

    /**
     * Creates one.
     *
     * @param caller who was proved to call; null on a port that asks for no proof
     */
    ServedStream(
            String connection, @Nullable CallerIdentity caller, ServerCallStreamObserver<R> responses, PushHub hub) {
        this.connection = connection;
        this.caller = caller;
        this.responses = responses;
        this.hub = hub;
        this.metrics = hub.metrics();
        this.opened = hub.now();
    }

    // What the two kinds do differently, all of it in the loop.

    /** The stream is registered: {@link #fetch} its first request, now or when others have had their turn. */
    abstract void begin();

    /** Takes a request. */
    abstract void handle(Q request);

    /** Sends what is due, as far as the client takes it; not while {@link #hasRequestsWaiting}. */
    abstract void pushDue();

    /** The transport has got rid of what it was given. */
    void drained() {}

    /** Says whether another request may be fetched, apart from what this class sees to. */
    boolean mayFetch() {
        return true;
    }

    /** There is a new state. */
    void changed() {
        proceed();
    }

    /** The stream is over; once. */
    abstract void onEnd();

    // Life.

    /** Takes over the call; must run before the method of the service returns. */
    final void attach() {
        responses.disableAutoRequest();
        responses.setOnReadyHandler(() -> loop.execute(this::ready));
        responses.setOnCancelHandler(() -> loop.execute(this::end));
        responses.setOnCloseHandler(() -> loop.execute(this::end));
        loop.execute(() -> {
            hub.register(this);
            begin();
        });
    }

    @Override
    public final void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                changed();
            });
        }
    }

    @Override
    public final void onNext(Q request) {
        waitingRequests.incrementAndGet();
        loop.execute(() -> {
            waitingRequests.decrementAndGet();
            requestOutstanding = false;
            if (!ended) {
                handle(request);
                proceed();
            }
        });
    }

    @Override
    public final void onError(Throwable t) {
        loop.execute(this::end);
    }

    @Override
    public final void onCompleted() {
        loop.execute(() -> {
            if (!ended) {
                end();
                responses.onCompleted();
            }
        });
    }

    @Override
    public final void finish() {
        onCompleted();
    }

    private void ready() {
        blocked = false;
        drained();
        proceed();
    }

    /** Sends what is due and fetches the next request, as far as the client takes and gives them. */
    final void proceed() {
        if (!ended) {
            pushDue();
            fetch();
        }
    }

    /** Asks for the next request, once the client takes what it asked for before. */
    final void fetch() {
        if (!ended && !requestOutstanding && mayFetch() && responses.isReady()) {
            requestOutstanding = true;
            responses.request(1);
        }
    }

    /** Closes the stream for a reason that the client is told. */
    final void close(Status reason) {
        loop.throwIfNotInThisSynchronizationContext();
        if (!ended) {
            end();
            responses.onError(reason.asRuntimeException());
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            onEnd();
            hub.unregister(this);
            ProxyNode known = proxy;
            if (known != null) {
                metrics.connected(known.version(), false);
            }
            log.debug("{}: stream ended", connection);
        }
    }

    private void fault(Thread thread, Throwable cause) {
        log.error("{}: stream ended by an internal fault", connection, cause);
        metrics.internalError();
        end();
        try {
            responses.onError(Status.INTERNAL.withDescription("internal fault").asRuntimeException());
        } catch (StatusRuntimeException | IllegalStateException e) {
            log.debug("{}: was closed already", connection, e);
        }
    }

    // For the two kinds.

    final boolean isEnded() {
        return ended;
    }

    /** Says whether there are requests that have not been handled: what they change is not pushed before. */
    final boolean hasRequestsWaiting() {
        return waitingRequests.get() > 0;
    }

    /** Cuts the stream if its client has taken nothing for longer than our patience; called now and then. */
    final void cutIfStuck(long nowNanos) {
        if (ended || responses.isReady()) {
            blocked = false;
        } else if (!blocked) {
            blocked = true;
            blockedSinceNanos = nowNanos;
        } else if (nowNanos - blockedSinceNanos > hub.limits().patience().toNanos()) {
            log.warn(
                    "{}: cut, the client took nothing for {}",
                    connection,
                    hub.limits().patience());
            metrics.writeTimeout();
            close(Status.UNAVAILABLE.withDescription("responses are not taken"));
        }
    }

    /** Returns who the client is, by what it said with its first request; null after the stream was closed for that. */
    final @Nullable ProxyNode introduced(Node said) {
        ProxyNode known = proxy;
        if (known == null) {
            try {
                known = ProxyNode.introduced(said, caller, connection);
                proxy = known;
                metrics.connected(known.version(), true);
            } catch (StatusRuntimeException e) {
                close(e.getStatus());
            }
        }
        return known;
    }

    /** Notes that a type was asked for that this method does not serve; the request stays unanswered. */
    final void notServed(String typeUrl) {
        // Few of them: the client chooses the text.
        if (unknownTypes++ < MAX_UNKNOWN_TYPES) {
            log.warn("{}: asks for type {}, which is not served", connection, typeUrl);
        }
    }

    /** Closes the stream, as a debug request of it was refused. */
    final void refuse(String typeUrl, StatusRuntimeException refusal) {
        log.warn("{}: {} of {} refused: {}", connection, typeUrl, caller, refusal.getMessage());
        close(refusal.getStatus());
    }

    // For the status page.

    @Override
    public final Instant opened() {
        return opened;
    }

    @Override
    public final String connection() {
        return connection;
    }

    @Override
    public final @Nullable ProxyNode proxy() {
        return proxy;
    }
}
