package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream: feeds requests and states to its {@link Subscription}s and sends what they answer.
 *
 * <p>Everything happens one after the other in {@link #loop}, whatever thread it comes from. A client that does not
 * read is sent nothing: changes merge in its subscriptions, and its next request is not fetched.
 */
final class AdsStream implements StreamObserver<DeltaDiscoveryRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);

    /** Names that one client may subscribe to on demand, several times the largest mesh. */
    private static final int MAX_NAMES = 1_000_000;

    private final String connection;
    private final CallerIdentity caller;
    private final ServerCallStreamObserver<DeltaDiscoveryResponse> responses;
    private final PushHub hub;
    private final PushMetrics metrics;
    private final SynchronizationContext loop = new SynchronizationContext(this::fault);
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private final Set<String> unknownTypes = new HashSet<>();

    private PushState state = PushState.EMPTY;
    private @Nullable ProxyNode proxy;
    private long responseCount;
    private boolean requestOutstanding;
    private boolean ended;
    private volatile StreamStatus status;

    AdsStream(
            String connection,
            CallerIdentity caller,
            ServerCallStreamObserver<DeltaDiscoveryResponse> responses,
            PushHub hub,
            PushMetrics metrics) {
        this.connection = connection;
        this.caller = caller;
        this.responses = responses;
        this.hub = hub;
        this.metrics = metrics;
        this.status = new StreamStatus(connection, "", "", Map.of());
    }

    /** Takes over the call; must run before the method of the service returns. */
    void attach() {
        responses.disableAutoRequest();
        responses.setOnReadyHandler(() -> loop.execute(this::ready));
        responses.setOnCancelHandler(() -> loop.execute(this::end));
        responses.setOnCloseHandler(() -> loop.execute(this::end));
    }

    /** Begins to take requests. */
    void start() {
        loop.execute(() -> {
            if (!ended) {
                state = hub.register(this);
                fetch();
            }
        });
    }

    /** Queues {@code next}, to be worked on in {@link #work}; so that states keep their order, under the hub's lock. */
    void offer(PushState next, MeshChange change) {
        loop.executeLater(() -> {
            state = next;
            subscriptions.values().forEach(subscription -> subscription.note(change));
            pushDue();
        });
    }

    /** Works off what is queued. */
    void work() {
        loop.drain();
    }

    StreamStatus status() {
        return status;
    }

    @Override
    public void onNext(DeltaDiscoveryRequest request) {
        loop.execute(() -> {
            requestOutstanding = false;
            if (!ended) {
                handle(request);
                publishStatus();
                fetch();
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

    private void ready() {
        pushDue();
        publishStatus();
        fetch();
    }

    /** Asks for the next request, once the client takes what it asked for before. */
    private void fetch() {
        if (!ended && !requestOutstanding && responses.isReady()) {
            requestOutstanding = true;
            responses.request(1);
        }
    }

    private void handle(DeltaDiscoveryRequest request) {
        ProxyNode known = proxy;
        if (known == null) {
            known = introduce(request);
            if (known == null) {
                return;
            }
            proxy = known;
        }
        ResourceType type = ResourceType.find(request.getTypeUrl());
        if (type == null) {
            // Each type once, and few of them: the client chooses the text.
            if (unknownTypes.size() < 16 && unknownTypes.add(request.getTypeUrl())) {
                LOG.warn("{}: asks for type {}, which is not served", connection, request.getTypeUrl());
            }
            return;
        }
        String node = known.nodeName();
        Subscription subscription = subscriptions.computeIfAbsent(type, t -> Subscription.of(t, node));
        switch (subscription.request(SubscriptionRequest.from(request), state)) {
            case Reaction.Answer(Update update) -> {
                pushDuePolicies(type);
                send(type, subscription, update);
            }
            case Reaction.Acknowledged() -> LOG.debug("{}: {} acknowledged", connection, type.label());
            case Reaction.Rejected(String reason) -> {
                LOG.warn("{}: client rejected {}: {}", connection, type.label(), reason);
                metrics.rejected(type.label());
            }
            case Reaction.Stale() -> {
                LOG.debug("{}: {} answers an older response", connection, type.label());
                metrics.expiredNonce();
            }
        }
        if (subscription.size() > MAX_NAMES) {
            close(Status.RESOURCE_EXHAUSTED.withDescription("more than " + MAX_NAMES + " names subscribed"));
        }
    }

    /** Reads and checks who the client is; null after the stream was closed for it. */
    private @Nullable ProxyNode introduce(DeltaDiscoveryRequest request) {
        ProxyNode introduced;
        try {
            introduced = ProxyNode.parse(request.getNode());
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: refused, {}", connection, e.getMessage());
            close(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            return null;
        }
        if (!introduced.mayBe(caller.namespace(), caller.serviceAccount())) {
            LOG.warn(
                    "{}: refused, {} calls itself a proxy of namespace {} and service account {}",
                    connection,
                    caller,
                    introduced.namespace(),
                    introduced.serviceAccount());
            close(Status.PERMISSION_DENIED.withDescription("identity does not match the declared proxy"));
            return null;
        }
        LOG.info(
                "{}: {} {} on node {}, as {}",
                connection,
                introduced.type(),
                introduced.id(),
                introduced.nodeName(),
                caller);
        return introduced;
    }

    /** Sends what is due, policies first; stops where the client takes no more, and goes on in {@link #ready}. */
    private void pushDue() {
        if (ended) {
            return;
        }
        subscriptions.forEach((type, subscription) -> {
            if (subscription.isDue() && responses.isReady()) {
                Update update = subscription.push(state);
                if (update != null) {
                    send(type, subscription, update);
                }
            }
        });
        publishStatus();
    }

    /** Sends due policies before an answer with workloads that may name them, even to a client that is behind. */
    private void pushDuePolicies(ResourceType answered) {
        Subscription policies = subscriptions.get(ResourceType.AUTHORIZATION);
        if (answered != ResourceType.AUTHORIZATION && policies != null && policies.isDue()) {
            Update update = policies.push(state);
            if (update != null) {
                send(ResourceType.AUTHORIZATION, policies, update);
            }
        }
    }

    private void send(ResourceType type, Subscription subscription, Update update) {
        responseCount++;
        String nonce = connection + "/" + responseCount;
        DeltaDiscoveryResponse response = DeltaDiscoveryResponse.newBuilder()
                .setSystemVersionInfo(state.version())
                .setTypeUrl(type.typeUrl())
                .setNonce(nonce)
                .addAllResources(update.resources())
                .addAllRemovedResources(update.removed())
                .build();
        subscription.sent(nonce);
        responses.onNext(response);
        metrics.pushed(type.label(), response.getSerializedSize());
        LOG.debug(
                "{}: {} with {} resources, {} removed",
                connection,
                type.label(),
                update.resources().size(),
                update.removed().size());
    }

    private void publishStatus() {
        Map<String, String> types = new TreeMap<>();
        subscriptions.forEach((type, subscription) ->
                types.put(type.typeUrl(), subscription.status().toString()));
        ProxyNode known = proxy;
        status = new StreamStatus(
                connection, known == null ? "" : known.id(), known == null ? "" : known.nodeName(), types);
    }

    private void end() {
        if (!ended) {
            ended = true;
            hub.unregister(this);
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
