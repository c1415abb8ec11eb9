package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.proxyless.Generated;
import mesh.ambit.istiod.proxyless.ResourceKind;
import mesh.ambit.istiod.proxyless.Viewer;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DiscoveryRequest;
import mesh.ambit.protocol.discovery.DiscoveryResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream whose responses are whole states, which is how gRPC clients speak.
 *
 * <p>Everything happens one after the other in {@code loop}, requests before pushes. A client that does not read is sent
 * nothing, and its next request is not fetched; when it reads again it gets the state of that moment.
 */
final class StateStream implements StreamObserver<DiscoveryRequest>, ClientStream {
    private static final Logger LOG = LoggerFactory.getLogger(StateStream.class);
    private static final int MAX_UNKNOWN_TYPES = 16;

    /** Names that one client may ask for, of one type; each is computed for it. */
    private static final int MAX_NAMES = 10_000;

    /** Of a host name with its subset, its port and what is put around them. */
    private static final int MAX_NAME = 512;

    private final String connection;
    private final @Nullable CallerIdentity caller;
    private final ServerCallStreamObserver<DiscoveryResponse> responses;
    private final PushHub hub;
    private final ProxylessHub proxyless;
    private final DebugAnswers debug;
    private final PushMetrics metrics;
    private final Instant opened;
    private final SynchronizationContext loop = new SynchronizationContext(this::fault);

    /** In the order in which types are pushed; written in {@link #loop}, read by the status page too. */
    private final Map<ResourceKind, StateSubscription> subscriptions = new ConcurrentSkipListMap<>();

    private final AtomicInteger waitingRequests = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();

    private volatile @Nullable ProxyNode proxy;
    private @Nullable Viewer viewer;
    /** Version of the state that was last looked at; empty before the first. */
    private String told = "";

    private int unknownTypes;
    private long count;
    private boolean requestOutstanding;
    private boolean ended;
    private boolean blocked;
    private long blockedSinceNanos;

    /**
     * Creates one.
     *
     * @param caller who was proved to call; null on a port that asks for no proof
     */
    StateStream(
            String connection,
            @Nullable CallerIdentity caller,
            ServerCallStreamObserver<DiscoveryResponse> responses,
            PushHub hub,
            DebugAnswers debug) {
        this.connection = connection;
        this.caller = caller;
        this.responses = responses;
        this.hub = hub;
        this.proxyless = hub.proxyless();
        this.debug = debug;
        this.metrics = hub.metrics();
        this.opened = hub.now();
    }

    /** Takes over the call; must run before the method of the service returns. */
    void attach() {
        responses.disableAutoRequest();
        responses.setOnReadyHandler(() -> loop.execute(this::proceed));
        responses.setOnCancelHandler(() -> loop.execute(this::end));
        responses.setOnCloseHandler(() -> loop.execute(this::end));
        loop.execute(() -> {
            hub.register(this);
            fetch();
        });
    }

    @Override
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                proceed();
            });
        }
    }

    @Override
    public void onNext(DiscoveryRequest request) {
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

    @Override
    public void finish() {
        onCompleted();
    }

    /** Closes the stream for a reason that the client is told. */
    private void close(Status reason) {
        if (!ended) {
            end();
            responses.onError(reason.asRuntimeException());
        }
    }

    @Override
    public void inspect(long nowNanos) {
        loop.execute(() -> {
            if (ended || responses.isReady()) {
                blocked = false;
            } else if (!blocked) {
                blocked = true;
                blockedSinceNanos = nowNanos;
            } else if (nowNanos - blockedSinceNanos > hub.limits().patience().toNanos()) {
                LOG.warn(
                        "{}: cut, the client took nothing for {}",
                        connection,
                        hub.limits().patience());
                metrics.writeTimeout();
                close(Status.UNAVAILABLE.withDescription("responses are not taken"));
            }
        });
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
        subscriptions.forEach((kind, subscription) ->
                progress.put(kind.typeUrl(), ClientStatus.OfType.of(subscription.standing(), subscription.size())));
        return progress;
    }

    private void proceed() {
        if (!ended) {
            pushDue();
            fetch();
        }
    }

    /** Asks for the next request, once the client takes what it asked for before. */
    private void fetch() {
        if (!ended && !requestOutstanding && responses.isReady()) {
            requestOutstanding = true;
            responses.request(1);
        }
    }

    private void handle(DiscoveryRequest request) {
        if (proxy == null && !introduce(request)) {
            return;
        }
        String typeUrl = request.getTypeUrl();
        if (DebugAnswers.isDebug(typeUrl)) {
            answerDebug(request);
            return;
        }
        ResourceKind kind = ResourceKind.find(typeUrl);
        if (kind == null) {
            // Few of them: the client chooses the text.
            if (unknownTypes++ < MAX_UNKNOWN_TYPES) {
                LOG.warn("{}: asks for type {}, which is not served", connection, typeUrl);
            }
            return;
        }
        if (viewer == null) {
            if (!GrpcNode.isGrpc(request.getNode())) {
                close(Status.UNIMPLEMENTED.withDescription(
                        "whole states are for gRPC clients (expected: GENERATOR=grpc in the node's metadata)"));
                return;
            }
            viewer = GrpcNode.viewer(request.getNode());
            proxyless.register(this);
        }
        take(kind, request);
    }

    private void take(ResourceKind kind, DiscoveryRequest request) {
        if (request.getResourceNamesCount() > MAX_NAMES) {
            close(Status.RESOURCE_EXHAUSTED.withDescription("more than " + MAX_NAMES + " names of " + kind.message()));
            return;
        }
        for (String name : request.getResourceNamesList()) {
            if (name.length() > MAX_NAME) {
                close(Status.INVALID_ARGUMENT.withDescription(
                        "a name of " + kind.message() + " has more than " + MAX_NAME + " characters"));
                return;
            }
        }
        StateSubscription subscription = subscriptions.computeIfAbsent(kind, StateSubscription::new);
        switch (subscription.request(request, hub.nowMillis())) {
            case OWED, ACKNOWLEDGED -> LOG.debug("{}: {} heard", connection, kind);
            case REJECTED -> {
                LOG.warn(
                        "{}: client rejected {}: {}",
                        connection,
                        kind.message(),
                        SubscriptionRequest.rejection(request.getErrorDetail()).reason());
                metrics.rejected(kind.label());
            }
            case STALE -> {
                LOG.debug("{}: {} answers an older response", connection, kind);
                metrics.expiredNonce(kind.label());
            }
        }
    }

    private void answerDebug(DiscoveryRequest request) {
        try {
            DebugAnswers.Answer answer = debug.answer(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(request.getTypeUrl())
                            .addAllResourceNamesSubscribe(request.getResourceNamesList())
                            .build(),
                    caller,
                    connection);
            DiscoveryResponse.Builder response =
                    DiscoveryResponse.newBuilder().setTypeUrl(answer.typeUrl()).setNonce(nonce());
            answer.resources()
                    .forEach(resource ->
                            response.addResources(resource.resource().getResource()));
            responses.onNext(response.build());
        } catch (StatusRuntimeException e) {
            LOG.warn("{}: {} of {} refused: {}", connection, request.getTypeUrl(), caller, e.getMessage());
            close(e.getStatus());
        }
    }

    /** Reads and checks who the client is; false after the stream was closed for it. */
    private boolean introduce(DiscoveryRequest request) {
        try {
            ProxyNode introduced = ProxyNode.introduced(request.getNode(), caller, connection);
            proxy = introduced;
            metrics.connected(introduced.version(), true);
            return true;
        } catch (StatusRuntimeException e) {
            close(e.getStatus());
            return false;
        }
    }

    /** Sends what is due, as far as the client takes it: clusters before what leads to them. */
    private void pushDue() {
        ProxylessHub.State now = proxyless.current();
        Viewer whom = viewer;
        if (now == null || whom == null || waitingRequests.get() > 0) {
            return;
        }
        boolean isNew = !now.version().equals(told);
        boolean said = false;
        for (Map.Entry<ResourceKind, StateSubscription> entry : subscriptions.entrySet()) {
            if (isNew || entry.getValue().isOwed()) {
                if (!responses.isReady()) {
                    return;
                }
                said |= push(entry.getKey(), entry.getValue(), now, whom);
            }
        }
        told = now.version();
        if (said && isNew) {
            metrics.converged(System.nanoTime() - now.changedNanos());
        }
    }

    private boolean push(ResourceKind kind, StateSubscription subscription, ProxylessHub.State now, Viewer whom) {
        long start = System.nanoTime();
        List<Generated> due = subscription.due(
                name -> resource(kind, name, subscription, now, whom),
                all -> proxyless.resources().names(now.mesh(), whom, all));
        if (due == null) {
            return false;
        }
        metrics.queued(start - now.publishedNanos());
        String nonce = nonce();
        DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder()
                .setVersionInfo(now.version())
                .setTypeUrl(kind.typeUrl())
                .setNonce(nonce);
        for (Generated resource : due) {
            response.addResources(resource.any());
            proxyless.remark(resource.remarks());
        }
        DiscoveryResponse built = response.build();
        subscription.sent(nonce, hub.nowMillis());
        responses.onNext(built);
        metrics.pushed(kind.label(), kind.typeUrl(), built.getSerializedSize(), System.nanoTime() - start);
        LOG.debug("{}: {} with {} resources", connection, kind.label(), due.size());
        return true;
    }

    /** One that cannot be made must not keep the others from being told; the client keeps what it has of it. */
    private @Nullable Generated resource(
            ResourceKind kind, String name, StateSubscription subscription, ProxylessHub.State now, Viewer whom) {
        try {
            return proxyless.resources().find(now.mesh(), whom, kind, name);
        } catch (RuntimeException e) {
            LOG.error("{}: {} {} cannot be made", connection, kind.message(), name, e);
            metrics.internalError();
            return subscription.last(name);
        }
    }

    private String nonce() {
        return connection + "/" + ++count;
    }

    private void end() {
        if (!ended) {
            ended = true;
            hub.unregister(this);
            proxyless.unregister(this);
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
