package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of differences: feeds requests and revisions to its {@link Subscription}s and sends what they
 * answer. A client that does not read stays where it is in the history of the mesh, and costs nothing.
 */
final class AdsStream extends ServedStream<ClientRequest, EncodedResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);

    private final DebugAnswers debug;
    private final CallExecutors.Loop connectionLoop;
    private final FirstTurn firstTurn;

    /** In the order of the types; written in {@link #loop}, read by the status page too. */
    private final Map<ResourceType, Subscription> subscriptions = new ConcurrentSkipListMap<>();

    private final Outbox outbox;

    private long pushedNanos;

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
        super(connection, caller, responses, hub);
        this.connectionLoop = connectionLoop;
        this.debug = debug;
        this.outbox = new Outbox(connection, responses, hub, loop);
        this.firstTurn = new FirstTurn(hub.firstRequests(), hub::later, loop, firstWord);
    }

    @Override
    void begin() {
        firstTurn.await(this::fetch);
    }

    /**
     * Sends what is due. While the client's answer to the push before is on its way, which sends it what is due, nothing is
     * added: so a client, or a machine, that cannot keep up is told of several changes at once instead of standing in a
     * queue.
     */
    @Override
    void changed() {
        if (awaitsAnswer()) {
            hub.wakeLater(hub.limits().answer());
        } else {
            proceed();
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

    /** Cuts the stream also if its client is hopelessly behind. */
    @Override
    public void inspect(long nowNanos) {
        loop.execute(() -> {
            if (isEnded()) {
                return;
            }
            outbox.inspect(nowNanos);
            cutIfStuck(nowNanos);
            Revision now = hub.current();
            long behind = subscriptions.values().stream()
                    .mapToLong(subscription -> subscription.behind(now))
                    .max()
                    .orElse(0);
            if (!isEnded() && behind > hub.limits().maxBehind()) {
                LOG.warn("{}: cut, the client is {} changes behind and does not read", connection, behind);
                metrics.writeTimeout();
                close(Status.UNAVAILABLE.withDescription("too far behind, come again with what you hold"));
            }
        });
    }

    @Override
    public Map<String, ClientStatus.OfType> progress() {
        Map<String, ClientStatus.OfType> progress = new TreeMap<>();
        subscriptions.forEach((type, subscription) ->
                progress.put(type.typeUrl(), ClientStatus.OfType.of(subscription.standing(), subscription.size())));
        return progress;
    }

    @Override
    void drained() {
        outbox.drained();
    }

    /** Not before its turn has come, and not while an answer waits to be taken. */
    @Override
    boolean mayFetch() {
        return firstTurn.hasCome() && outbox.isEmpty();
    }

    @Override
    void handle(ClientRequest received) {
        answer(received);
        firstTurn.end();
    }

    private void answer(ClientRequest received) {
        DeltaDiscoveryRequest request = received.said();
        ProxyNode known = introduced(request.getNode());
        if (known == null) {
            return;
        }
        if (DebugAnswers.isDebug(request.getTypeUrl())) {
            answerDebug(request);
            return;
        }
        ResourceType type = ResourceType.find(request.getTypeUrl());
        if (type == null) {
            notServed(request.getTypeUrl());
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
            refuse(request.getTypeUrl(), e);
        }
    }

    /**
     * Sends what is due, as far as the client takes it: new policies, then workloads that may name them, then the
     * removal of policies that no workload names any more.
     */
    @Override
    void pushDue() {
        outbox.flush();
        Revision now = hub.current();
        if (hasRequestsWaiting() || !outbox.isEmpty()) {
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

    @Override
    void onEnd() {
        firstTurn.end();
        outbox.end();
    }
}
