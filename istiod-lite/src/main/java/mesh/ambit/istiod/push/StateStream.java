package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
 * One client's stream whose responses are whole states, which is how gRPC clients speak. A client that did not read gets
 * the state of the moment when it reads again.
 */
final class StateStream extends ServedStream<DiscoveryRequest, DiscoveryResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(StateStream.class);

    /** Names that one client may ask for, of one type; each is computed for it. */
    private static final int MAX_NAMES = 10_000;

    /** Of a host name with its subset, its port and what is put around them. */
    private static final int MAX_NAME = 512;

    private final ProxylessHub proxyless;
    private final DebugAnswers debug;

    /** In the order in which types are pushed; written in {@link #loop}, read by the status page too. */
    private final Map<ResourceKind, StateSubscription> subscriptions = new ConcurrentSkipListMap<>();

    private final Detour detour = new Detour();
    private final Unanswered unanswered = new Unanswered();
    private @Nullable Viewer viewer;
    /** Version of the state that was last looked at; empty before the first. */
    private String told = "";

    private long count;

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
        super(connection, caller, responses, hub);
        this.proxyless = hub.proxyless();
        this.debug = debug;
    }

    @Override
    void begin() {
        fetch();
    }

    @Override
    public void inspect(long nowNanos) {
        loop.execute(() -> cutIfStuck(nowNanos));
    }

    @Override
    public Map<String, ClientStatus.OfType> progress() {
        Map<String, ClientStatus.OfType> progress = new TreeMap<>();
        subscriptions.forEach((kind, subscription) ->
                progress.put(kind.typeUrl(), ClientStatus.OfType.of(subscription.standing(), subscription.size())));
        return progress;
    }

    @Override
    void handle(DiscoveryRequest request) {
        if (introduced(request.getNode()) == null) {
            return;
        }
        String typeUrl = request.getTypeUrl();
        if (DebugAnswers.isDebug(typeUrl)) {
            answerDebug(request);
            return;
        }
        ResourceKind kind = ResourceKind.find(typeUrl);
        if (kind == null) {
            notServed(typeUrl);
            return;
        }
        if (viewer == null) {
            if (!GrpcNode.isGrpc(request.getNode())) {
                close(Status.UNIMPLEMENTED.withDescription(
                        "whole states are for gRPC clients (expected: GENERATOR=grpc in the node's metadata)"));
                return;
            }
            viewer = GrpcNode.viewer(request.getNode(), caller);
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
                if (subscription.isOwed() && !subscription.refused().isEmpty()) {
                    LOG.warn(
                            "{}: nothing passes by {} until the client can be told otherwise, so that it does not go on as before",
                            connection,
                            subscription.refused());
                }
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
            refuse(request.getTypeUrl(), e);
        }
    }

    /**
     * Sends what is due, as far as the client takes it: clusters before what leads to them. A cluster that has lost its
     * meaning stays for a moment with a client that is told of other routes, as it names it until it follows those.
     */
    @Override
    void pushDue() {
        ProxylessHub.State now = proxyless.current();
        Viewer whom = viewer;
        if (now == null || whom == null || hasRequestsWaiting()) {
            return;
        }
        boolean isNew = !now.version().equals(told);
        boolean said = false;
        for (Map.Entry<ResourceKind, StateSubscription> entry : subscriptions.entrySet()) {
            StateSubscription subscription = entry.getValue();
            if (isNew || subscription.isOwed() || subscription.isHolding()) {
                if (!responses.isReady()) {
                    return;
                }
                boolean pushed = push(entry.getKey(), subscription, now, whom);
                said |= pushed;
                if (pushed && isNew && entry.getKey().leads()) {
                    detour.told();
                }
            }
        }
        told = now.version();
        detour.held(subscriptions.values().stream().anyMatch(StateSubscription::isHolding), this::wakeLater);
        if (said && isNew) {
            metrics.converged(System.nanoTime() - now.changedNanos());
        }
    }

    private boolean push(ResourceKind kind, StateSubscription subscription, ProxylessHub.State now, Viewer whom) {
        long start = System.nanoTime();
        Map<String, String> missing = new TreeMap<>();
        List<Generated> due = subscription.due(
                name -> {
                    Generated found = resource(kind, name, subscription, now, whom);
                    String why = found == null ? proxyless.resources().unanswered(now.mesh(), whom, kind, name) : null;
                    if (why != null) {
                        missing.put(name, why);
                    }
                    return found;
                },
                all -> proxyless.resources().names(now.mesh(), whom, all),
                () -> !kind.leads() && detour.mayHold(() -> isLedElsewhere(now, whom)));
        if (kind == ResourceKind.LISTENER) {
            unanswered.are(missing, delay -> hub.later(delay, () -> loop.execute(this::complain)));
        }
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

    /** Says what the client waits for, once it has waited for some time. */
    private void complain() {
        if (!isEnded()) {
            unanswered.overdue().forEach(sentence -> LOG.warn("{}: {}", connection, sentence));
        }
    }

    /** Returns what the client waits for in vain, one sentence each; any thread. */
    List<String> waiting() {
        ProxyNode known = proxy();
        return unanswered.sentences().stream()
                .map(sentence -> (known == null ? connection : known.id()) + ": " + sentence)
                .toList();
    }

    /** Returns whether this state has other routes for the client than it was told. */
    private boolean isLedElsewhere(ProxylessHub.State now, Viewer whom) {
        return subscriptions.entrySet().stream()
                .anyMatch(entry -> entry.getKey().leads()
                        && entry.getValue()
                                .hasNews(
                                        name -> resource(entry.getKey(), name, entry.getValue(), now, whom),
                                        all -> proxyless.resources().names(now.mesh(), whom, all)));
    }

    private void wakeLater(Duration delay) {
        hub.later(delay, this::wake);
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

    @Override
    void onEnd() {
        proxyless.unregister(this);
    }
}
