package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.Statuses;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mesh as the control plane sees it, over delta ADS, for as long as the program runs.
 *
 * <p>What was received stays while the control plane is away; every new connection says which versions are known. All work,
 * the sink's included, is done on one thread of this client, never on a data path's.
 */
public final class AdsClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdsClient.class);

    private final ControlPlane controlPlane;
    private final ControlPlaneChannels channels;
    private final ResourceSink sink;
    private final AdsObserver observer;
    private final AdsSession session;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ambit-xds").factory());
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final Set<String> unknownTypes = new HashSet<>();

    // The rest belongs to the thread.
    private Duration backoff = Reconnect.INITIAL;
    private @Nullable ManagedChannel channel;
    private boolean closed;

    /**
     * Creates a client that does nothing yet.
     *
     * @param channels not closed by this class
     */
    public AdsClient(
            ControlPlane controlPlane,
            ControlPlaneChannels channels,
            AdsNode node,
            ResourceSink sink,
            AdsObserver observer) {
        this.controlPlane = requireNonNull(controlPlane, "controlPlane");
        this.channels = requireNonNull(channels, "channels");
        this.session = new AdsSession(requireNonNull(node, "node"));
        this.sink = requireNonNull(sink, "sink");
        this.observer = requireNonNull(observer, "observer");
    }

    /** Begins to connect. */
    public void start() {
        thread.execute(this::connect);
    }

    /** Completes, on this client's thread, when every type has been accepted once. Never fails. */
    public CompletionStage<Void> synced() {
        return synced.minimalCompletionStage();
    }

    /** Ends the connection; returns at once. Closing again does nothing. */
    @Override
    public void close() {
        onThread(() -> {
            closed = true;
            closeChannel();
            thread.shutdownNow();
        });
    }

    private void connect() {
        if (closed) {
            return;
        }
        try {
            channel = channels.open(controlPlane, this::onThread);
            new AdsStream(channel, session.begin(), this::received, this::ended).start();
        } catch (IOException e) {
            LOG.warn("cannot connect to {}: {}", controlPlane.address(), e.getMessage(), e);
            again(Reconnect.afterLocalError());
        } catch (StatusRuntimeException e) {
            String reason = e.getStatus().getDescription();
            LOG.warn("cannot open a stream to {}: {}", controlPlane.address(), reason, e);
            again(Reconnect.afterLocalError());
        } catch (RuntimeException e) {
            // The edge of this thread: without another attempt the mesh would silently stand still.
            LOG.error("cannot open a stream to {}", controlPlane.address(), e);
            again(Reconnect.afterLocalError());
        }
    }

    /** The channel's executor, and the way in for other threads. What comes after the end is of no interest. */
    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the client has ended", e);
        }
    }

    private void received(AdsStream stream, DeltaDiscoveryResponse response) {
        AdsSession.Reaction reaction = session.receive(response, sink);
        observer.message(response.getTypeUrl(), reaction.payloadBytes());
        LOG.debug(
                "{}: {} resources, {} removed",
                response.getTypeUrl(),
                response.getResourcesCount(),
                response.getRemovedResourcesCount());
        if (!reaction.known() && unknownTypes.add(response.getTypeUrl())) {
            LOG.warn("{} sends {}, which is not known here", controlPlane.address(), response.getTypeUrl());
        }
        for (AdsSession.Rejection rejection : reaction.rejections()) {
            LOG.warn("rejected {}", rejection);
        }
        stream.send(reaction.reply());
        if (session.isSynced() && synced.complete(null)) {
            LOG.info("synchronized with {}", controlPlane.address());
        }
    }

    private void ended(Status status, boolean opened) {
        if (closed) {
            return;
        }
        if (status.isOk()) {
            LOG.info("{} ended the stream; connecting again", controlPlane.address());
            again(Reconnect.afterCompletion());
            return;
        }
        Reconnect next = Reconnect.afterStatus(status, opened, backoff);
        LOG.warn(
                "{} {}: {} {}; trying again in {} ms",
                opened ? "lost the stream to" : "cannot reach",
                controlPlane.address(),
                status.getCode(),
                Statuses.describe(status),
                next.delay().toMillis());
        again(next);
    }

    private void again(Reconnect next) {
        closeChannel();
        if (closed) {
            return;
        }
        observer.terminated(next.reason());
        backoff = next.backoff();
        thread.schedule(this::connect, next.delay().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void closeChannel() {
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }
}
