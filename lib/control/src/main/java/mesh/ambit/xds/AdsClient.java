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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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

    /** Types that are warned of; a server that makes up more of them does not fill our memory. */
    private static final int MAX_UNKNOWN_TYPES = 100;

    private final ControlPlane controlPlane;
    private final ControlPlaneChannels channels;
    private final PolicyLog sink;
    private final AdsObserver observer;
    private final AdsSession session;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("ambit-xds").factory());
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final AdsMode mode;

    // The rest belongs to the thread.
    private final Demands demands = new Demands();
    private final Set<String> unknownTypes = new HashSet<>();
    /** The stream that demands go to; null while the server has not taken one. */
    private @Nullable AdsStream open;

    private Duration backoff = Reconnect.INITIAL;
    private @Nullable ManagedChannel channel;
    private boolean closed;

    /** Creates a client that asks for everything and keeps nothing beyond its end. */
    public AdsClient(
            ControlPlane controlPlane,
            ControlPlaneChannels channels,
            AdsNode node,
            ResourceSink sink,
            AdsObserver observer) {
        this(controlPlane, channels, node, AdsMode.WILDCARD, ResourceKeeper.NONE, sink, observer);
    }

    /**
     * Creates a client that does nothing yet.
     *
     * @param channels not closed by this class
     * @param keeper is told what the sink has accepted
     */
    public AdsClient(
            ControlPlane controlPlane,
            ControlPlaneChannels channels,
            AdsNode node,
            AdsMode mode,
            ResourceKeeper keeper,
            ResourceSink sink,
            AdsObserver observer) {
        this.controlPlane = requireNonNull(controlPlane, "controlPlane");
        this.channels = requireNonNull(channels, "channels");
        this.mode = requireNonNull(mode, "mode");
        this.session = new AdsSession(requireNonNull(node, "node"), mode, requireNonNull(keeper, "keeper"));
        this.sink = new PolicyLog(requireNonNull(sink, "sink"));
        this.observer = requireNonNull(observer, "observer");
        // After the end what the channel has reported is still taken off its hands, but nobody connects again.
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Begins to connect. */
    public void start() {
        thread.execute(this::connect);
    }

    /**
     * Hands what an earlier process had accepted to the sink, and has the next stream begin with its versions; to be called
     * before {@link #start}.
     *
     * @param saved what a {@link KeptMesh} had; what cannot be read any more is left out
     * @return how many resources were left out, on this client's thread; fails when the sink does
     */
    public CompletionStage<Integer> restore(KeptMesh.Saved saved) {
        CompletableFuture<Integer> restored = new CompletableFuture<>();
        onThread(() -> {
            try {
                int left = 0;
                for (DeltaDiscoveryResponse response : saved.responses()) {
                    left += session.restore(response, sink).rejections().size();
                }
                restored.complete(left);
            } catch (RuntimeException e) {
                restored.completeExceptionally(e);
            }
        });
        return restored;
    }

    /**
     * Asks for one workload or service, of which the mesh has no record: an address as {@code network/ip}, a service as
     * {@code namespace/hostname}, a workload by its uid.
     *
     * @return completes, on this client's thread, when the control plane has said anything about that name and the sink has
     *     it: a record, one that was rejected, or that there is none. Without a stream that is after the next one has begun;
     *     there is no time limit, and who waits no longer cancels. Fails when too many names are open, and when the client
     *     is closed
     * @throws IllegalStateException when everything is asked for anyway
     */
    public CompletableFuture<Void> demand(String name) {
        if (mode != AdsMode.ON_DEMAND) {
            throw new IllegalStateException(name + ": demanded of a client that asks for everything");
        }
        CompletableFuture<Void> waiter = new CompletableFuture<>();
        boolean taken = onThread(() -> {
            if (closed || !demands.add(name, waiter)) {
                waiter.completeExceptionally(new DemandException(
                        closed
                                ? "cannot ask for " + name + ": shutting down"
                                : "cannot ask for " + name + ": " + Demands.MAX_OPEN + " names wait for an answer"));
                return;
            }
            ask();
        });
        if (!taken) {
            waiter.completeExceptionally(new DemandException("cannot ask for " + name + ": shutting down"));
        }
        waiter.whenComplete((_, _) -> {
            if (waiter.isCancelled()) {
                onThread(() -> demands.remove(name, waiter));
            }
        });
        return waiter;
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
            DemandException over = new DemandException("shutting down");
            demands.abandon().forEach(waiter -> waiter.completeExceptionally(over));
            thread.shutdown();
        });
    }

    private void connect() {
        if (closed) {
            return;
        }
        sink.nextConnection();
        try {
            channel = channels.open(controlPlane, thread);
            new AdsStream(channel, session.begin(), new Receiver(), this::ended).start();
        } catch (IOException e) {
            LOG.warn("cannot connect to {}: {}", controlPlane.address(), e.getMessage(), e);
            again(Reconnect.afterLocalError());
        } catch (StatusRuntimeException e) {
            // No token: to the metrics a call that could not be opened.
            ended(e.getStatus(), false);
        } catch (RuntimeException e) {
            // The edge of this thread: without another attempt the mesh would silently stand still.
            LOG.error("cannot open a stream to {}", controlPlane.address(), e);
            again(Reconnect.afterLocalError());
        }
    }

    /** The way in for other threads. What comes after the end is of no interest. */
    private boolean onThread(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.trace("the client has ended", e);
            return false;
        }
    }

    /** Tells the stream the names that wait; while there is none they go on waiting. */
    private void ask() {
        AdsStream stream = open;
        if (stream != null) {
            for (String name : demands.ask()) {
                LOG.debug("asking for {}", name);
                stream.send(session.demand(name));
            }
        }
    }

    private final class Receiver implements AdsStream.Receiver {
        @Override
        public void opened(AdsStream stream) {
            if (closed) {
                return;
            }
            LOG.info("connected to {}", controlPlane.address());
            open = stream;
            ask();
        }

        @Override
        public void received(AdsStream stream, DeltaDiscoveryResponse response) {
            if (!closed) {
                AdsClient.this.received(stream, response);
            }
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
        if (!reaction.known() && unknownTypes.size() < MAX_UNKNOWN_TYPES && unknownTypes.add(response.getTypeUrl())) {
            LOG.warn("{} sends {}, which is not known here", controlPlane.address(), response.getTypeUrl());
        }
        for (AdsSession.Rejection rejection : reaction.rejections()) {
            LOG.warn("rejected {}", rejection);
        }
        stream.send(reaction.reply());
        demands.answered(reaction.answered()).forEach(waiter -> waiter.complete(null));
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
        open = null;
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }
}
