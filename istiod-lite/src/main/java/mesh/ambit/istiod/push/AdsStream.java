package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream: feeds requests and revisions to its {@link Subscription}s and sends what they answer.
 *
 * <p>Everything happens one after the other in {@code loop}, whatever thread it comes from, requests before pushes. A
 * client that does not read is sent nothing: it stays where it is in the history of the mesh, costs nothing, and its next
 * request is not fetched.
 */
final class AdsStream implements StreamObserver<ClientRequest>, ClientStream {
    private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);
    private static final int MAX_UNKNOWN_TYPES = 16;

    private final String connection;
    private final @Nullable CallerIdentity caller;
    private final ServerCallStreamObserver<EncodedResponse> responses;
    private final PushHub hub;
    private final DebugAnswers debug;
    private final PushMetrics metrics;
    private final Instant opened;
    private final CallExecutors.Loop connectionLoop;
    private final FirstTurn firstTurn;
    private final SynchronizationContext loop = new SynchronizationContext(this::fault);

    /** In the order of the types; written in {@link #loop}, read by the status page too. */
    private final Map<ResourceType, Subscription> subscriptions = new ConcurrentSkipListMap<>();

    private final Outbox outbox;
    private final AtomicInteger waitingRequests = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    private volatile @Nullable ProxyNode proxy;
    private int unknownTypes;
    private long pushedNanos;
    private boolean requestOutstanding;
    private boolean ended;

    /**
     * Creates one.
     *
     * @param caller who was proved to call; null on a port that asks for no proof
     * @param connectionLoop knows the event loop of the client's connection
     * @param firstWord tells when the client begins to say something; null if that cannot be told
     */
    AdsStream(
            String connection,
            @Nullable CallerIdentity caller,
            ServerCallStreamObserver<EncodedResponse> responses,
            PushHub hub,
            DebugAnswers debug,
            CallExecutors.Loop connectionLoop,
            @Nullable FirstWord firstWord) {
        this.connection = connection;
        this.connectionLoop = connectionLoop;
        this.caller = caller;
        this.responses = responses;
        this.hub = hub;
        this.debug = debug;
        this.metrics = hub.metrics();
        this.opened = hub.now();
        this.outbox = new Outbox(connection, responses, hub, loop);
        this.firstTurn = new FirstTurn(hub, loop, firstWord);
    }

    /** Takes over the call; must run before the method of the service returns. */
    void attach() {
        responses.disableAutoRequest();
        responses.setOnReadyHandler(() -> loop.execute(this::ready));
        responses.setOnCancelHandler(() -> loop.execute(this::end));
        responses.setOnCloseHandler(() -> loop.execute(this::end));
        loop.execute(() -> {
            hub.register(this);
            firstTurn.await(this::fetch);
        });
    }

    /**
     * Sends what is due, if the client takes it; called after each new revision, and merges with calls before it. While
     * the client's answer to the push before is on its way, which sends it what is due, nothing is added: so a client, or
     * a machine, that cannot keep up is told of several changes at once instead of standing in a queue.
     */
    @Override
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                if (awaitsAnswer()) {
                    hub.wakeLater(hub.limits().answer());
                } else {
                    proceed();
                }
            });
        }
    }

    @Override
    public @Nullable Executor loop() {
        return connectionLoop.find();
    }

    private boolean awaitsAnswer() {
        if (pushedNanos == 0
                || System.nanoTime() - pushedNanos >= hub.limits().answer().toNanos()) {
            return false;
        }
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.standing().isAwaited()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onNext(ClientRequest request) {
        waitingRequests.incrementAndGet();
        loop.execute(() -> {
            waitingRequests.decrementAndGet();
            requestOutstanding = false;
            if (!ended) {
                handle(request);
                firstTurn.end();
                proceed();
            }
        });
    }

    @Override
    public void onError(Throwable t) {
        loop.execute(this::end);
    }

    @Override
    public void onCompleted() {
        loop.execute(() -> {
            if (!ended) {
                end();
                responses.onCompleted();
            }
        });
    }

    /** Closes the stream for a reason that the client is told. */
    void close(Status reason) {
        loop.execute(() -> {
            if (!ended) {
                end();
                responses.onError(reason.asRuntimeException());
            }
        });
    }

    /** Cuts the stream also if its client is hopelessly behind. */
    @Override
    public void inspect(long nowNanos) {
        loop.execute(() -> {
            if (ended) {
                return;
            }
            outbox.inspect(nowNanos);
            Revision now = hub.current();
            long behind = subscriptions.values().stream()
                    .mapToLong(subscription -> subscription.behind(now))
                    .max()
                    .orElse(0);
            if (outbox.isStuck(nowNanos)) {
                LOG.warn(
                        "{}: cut, the client took nothing for {}",
                        connection,
                        hub.limits().patience());
                metrics.writeTimeout();
                close(Status.UNAVAILABLE.withDescription("responses are not taken"));
            } else if (behind > hub.limits().maxBehind()) {
                LOG.warn("{}: cut, the client is {} changes behind and does not read", connection, behind);
                metrics.writeTimeout();
                close(Status.UNAVAILABLE.withDescription("too far behind, come again with what you hold"));
            }
        });
    }

    @Override
    public void finish() {
        onCompleted();
    }

    @Override
    public Instant opened() {
        return opened;
    }

    @Override
    public String connection() {
        return connection;
    }

    @Override
    public @Nullable ProxyNode proxy() {
        return proxy;
    }

    @Override
    public Map<String, ClientStatus.OfType> progress() {
        Map<String, ClientStatus.OfType> progress = new TreeMap<>();
        subscriptions.forEach((type, subscription) ->
                progress.put(type.typeUrl(), ClientStatus.OfType.of(subscription.standing(), subscription.size())));
        return progress;
    }

    private void ready() {
        outbox.drained();
        proceed();
    }

    private void proceed() {
        if (!ended) {
            outbox.flush();
            pushDue();
            fetch();
        }
    }

    /** Asks for the next request, once the client takes what it asked for before. */
    private void fetch() {
        if (firstTurn.hasCome() && !ended && !requestOutstanding && outbox.isEmpty() && responses.isReady()) {
            requestOutstanding = true;
            responses.request(1);
        }
    }

    private void handle(ClientRequest received) {
        DeltaDiscoveryRequest request = received.said();
        ProxyNode known = proxy;
        if (known == null) {
            known = introduce(request);
            if (known == null) {
                return;
            }
            proxy = known;
            metrics.connected(known.version(), true);
        }
        if (DebugAnswers.isDebug(request.getTypeUrl())) {
            answerDebug(request);
            return;
        }
        ResourceType type = ResourceType.find(request.getTypeUrl());
        if (type == null) {
            // Few of them: the client chooses the text.
            if (unknownTypes++ < MAX_UNKNOWN_TYPES) {
                LOG.warn("{}: asks for type {}, which is not served", connection, request.getTypeUrl());
            }
            return;
        }
        String node = known.nodeName();
        Subscription subscription = subscriptions.computeIfAbsent(type, t -> Subscription.of(t, node));
        Revision now = hub.current();
        switch (subscription.request(SubscriptionRequest.from(received), now, hub.nowMillis())) {
            case Reaction.Answer(Update update) -> {
                pushPolicies(type, now);
                outbox.add(type, subscription, now.state().version(), update);
            }
            case Reaction.Acknowledged() -> LOG.debug("{}: {} acknowledged", connection, type);
            case Reaction.Rejected(SubscriptionRequest.Rejection rejection) -> {
                LOG.warn("{}: client rejected {}: {}", connection, type, rejection.reason());
                metrics.rejected(type.label());
            }
            case Reaction.Stale() -> {
                LOG.debug("{}: {} answers an older response", connection, type);
                metrics.expiredNonce(type.label());
            }
        }
        if (subscription.size() > hub.limits().maxNames()) {
            close(Status.RESOURCE_EXHAUSTED.withDescription(
                    "more than " + hub.limits().maxNames() + " names subscribed"));
        }
    }

    private void answerDebug(DeltaDiscoveryRequest request) {
        try {
            outbox.add(debug.answer(request, caller, connection));
        } catch (StatusRuntimeException e) {
            LOG.warn("{}: {} of {} refused: {}", connection, request.getTypeUrl(), caller, e.getMessage());
            close(e.getStatus());
        }
    }

    /** Reads and checks who the client is; null after the stream was closed for it. */
    private @Nullable ProxyNode introduce(DeltaDiscoveryRequest request) {
        try {
            return ProxyNode.introduced(request.getNode(), caller, connection);
        } catch (StatusRuntimeException e) {
            close(e.getStatus());
            return null;
        }
    }

    /**
     * Sends what is due, as far as the client takes it: new policies, then workloads that may name them, then the
     * removal of policies that no workload names any more.
     */
    private void pushDue() {
        Revision now = hub.current();
        if (ended || waitingRequests.get() > 0 || !outbox.isEmpty()) {
            return;
        }
        boolean said = false;
        boolean keepRemovals = isDue(ResourceType.ADDRESS, now) || isDue(ResourceType.WORKLOAD, now);
        if (isDue(ResourceType.AUTHORIZATION, now)) {
            if (!responses.isReady()) {
                return;
            }
            said = push(ResourceType.AUTHORIZATION, now, keepRemovals);
        }
        for (ResourceType type : ResourceType.POLICIES_LAST) {
            if (isDue(type, now)) {
                if (!responses.isReady()) {
                    return;
                }
                said |= push(type, now, false);
            }
        }
        if (said) {
            pushedNanos = System.nanoTime();
            metrics.converged(System.nanoTime() - now.changedNanos());
        }
    }

    private boolean isDue(ResourceType type, Revision now) {
        Subscription subscription = subscriptions.get(type);
        return subscription != null && subscription.isDue(now);
    }

    private boolean push(ResourceType type, Revision now, boolean keepRemovals) {
        Subscription subscription = subscriptions.get(type);
        Update update = subscription == null ? null : subscription.push(now, keepRemovals);
        if (subscription == null || update == null) {
            return false;
        }
        metrics.queued(System.nanoTime() - now.publishedNanos());
        outbox.add(type, subscription, now.state().version(), update);
        return true;
    }

    /** Sends due policies before an answer with workloads that may name them. */
    private void pushPolicies(ResourceType answered, Revision now) {
        if (answered != ResourceType.AUTHORIZATION && isDue(ResourceType.AUTHORIZATION, now)) {
            push(ResourceType.AUTHORIZATION, now, true);
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            firstTurn.end();
            outbox.end();
            hub.unregister(this);
            ProxyNode known = proxy;
            if (known != null) {
                metrics.connected(known.version(), false);
            }
            LOG.debug("{}: stream ended", connection);
        }
    }

    /** Ends the stream after a fault in our own code; the others go on. */
    private void fault(Thread thread, Throwable cause) {
        LOG.error("{}: stream ended by an internal fault", connection, cause);
        metrics.internalError();
        end();
        try {
            responses.onError(Status.INTERNAL.withDescription("internal fault").asRuntimeException());
        } catch (StatusRuntimeException | IllegalStateException e) {
            LOG.debug("{}: was closed already", connection, e);
        }
    }
}
