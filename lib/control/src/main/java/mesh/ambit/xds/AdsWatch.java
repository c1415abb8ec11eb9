package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonElement;
import com.google.protobuf.Any;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.Statuses;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Node;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delta ADS stream, to look at: tells everything that a control plane says as it says it, applies nothing, and
 * acknowledges every response. Ends with its stream.
 */
public final class AdsWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdsWatch.class);

    private static final String PREFIX = "type.googleapis.com/";

    private final ControlPlaneChannels channels = new ControlPlaneChannels();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("ambit-xds-watch").factory());
    private final Listener listener;

    // The rest belongs to the thread.
    private @Nullable ManagedChannel channel;
    private boolean closed;

    /**
     * What is asked for of one type. Without any name it is everything.
     *
     * @param type a type URL
     * @param subscribe names wanted; alone they make the server answer these only, where the type allows it
     * @param unsubscribe names not wanted; {@code *} here and above asks for nothing yet
     */
    public record Subscription(String type, List<String> subscribe, List<String> unsubscribe) {
        public Subscription {
            requireNonNull(type, "type");
            subscribe = List.copyOf(subscribe);
            unsubscribe = List.copyOf(unsubscribe);
        }
    }

    /** Something that the control plane said. Types are names of messages. */
    public sealed interface Event {
        String type();
    }

    /**
     * A resource that is new or changed.
     *
     * @param version empty where the control plane gives none
     * @param aliases further names by which it may be asked for
     */
    public record Updated(String type, String name, String version, List<String> aliases, JsonElement resource)
            implements Event {
        public Updated {
            aliases = List.copyOf(aliases);
        }
    }

    /** A resource that is gone, or is not there. */
    public record Removed(String type, String name) implements Event {}

    /** The end of a response. */
    public record Answered(String type) implements Event {}

    /** Is told what comes, on one thread. */
    public interface Listener {
        void event(Event event);

        /** The stream is over, or could not be opened; nothing comes after it. */
        void ended(String reason);
    }

    private AdsWatch(Listener listener) {
        this.listener = requireNonNull(listener, "listener");
    }

    /**
     * Opens a stream and subscribes.
     *
     * @param plaintext whether to do without TLS, which only loopback addresses may
     * @throws IllegalArgumentException for plaintext to another address
     */
    public static AdsWatch open(
            ControlPlane controlPlane,
            boolean plaintext,
            AdsNode node,
            List<Subscription> subscriptions,
            Listener listener) {
        AdsWatch watch = new AdsWatch(listener);
        if (plaintext && !ControlPlaneChannels.mayBePlaintext(controlPlane)) {
            watch.close();
            throw new IllegalArgumentException(
                    controlPlane.host() + ": without TLS only to this machine (expected: a loopback address)");
        }
        List<DeltaDiscoveryRequest> requests = requests(node, subscriptions);
        watch.onThread(() -> watch.connect(controlPlane, plaintext, requests));
        return watch;
    }

    private static List<DeltaDiscoveryRequest> requests(AdsNode node, List<Subscription> subscriptions) {
        List<DeltaDiscoveryRequest> requests = new ArrayList<>();
        Node proto = node.toProto();
        for (Subscription subscription : subscriptions) {
            requests.add(DeltaDiscoveryRequest.newBuilder()
                    .setNode(proto)
                    .setTypeUrl(subscription.type())
                    .addAllResourceNamesSubscribe(subscription.subscribe())
                    .addAllResourceNamesUnsubscribe(subscription.unsubscribe())
                    .build());
        }
        return requests;
    }

    private void connect(ControlPlane controlPlane, boolean plaintext, List<DeltaDiscoveryRequest> requests) {
        if (closed) {
            return;
        }
        try {
            channel = plaintext ? channels.openPlaintext(controlPlane, thread) : channels.open(controlPlane, thread);
            new AdsStream(channel, requests, new Receiver(), (status, _) -> ended(status)).start();
        } catch (IOException e) {
            listener.ended("cannot connect to " + controlPlane.address() + ": " + e.getMessage());
        } catch (StatusRuntimeException e) {
            ended(e.getStatus());
        }
    }

    private final class Receiver implements AdsStream.Receiver {
        @Override
        public void opened(AdsStream stream) {}

        @Override
        public void received(AdsStream stream, DeltaDiscoveryResponse response) {
            if (closed) {
                return;
            }
            String type = name(response.getTypeUrl());
            for (Resource resource : response.getResourcesList()) {
                Any payload = resource.getResource();
                listener.event(new Updated(
                        type,
                        resource.getName(),
                        resource.getVersion(),
                        resource.getAliasesList(),
                        WireJson.of(
                                payload.getTypeUrl().isEmpty()
                                        ? payload.toBuilder()
                                                .setTypeUrl(response.getTypeUrl())
                                                .build()
                                        : payload)));
            }
            response.getRemovedResourcesList().forEach(removed -> listener.event(new Removed(type, removed)));
            listener.event(new Answered(type));
            stream.send(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(response.getTypeUrl())
                    .setResponseNonce(response.getNonce())
                    .build());
        }
    }

    private static String name(String typeUrl) {
        return typeUrl.startsWith(PREFIX) ? typeUrl.substring(PREFIX.length()) : typeUrl;
    }

    private void ended(Status status) {
        if (!closed) {
            String description = Statuses.describe(status);
            listener.ended(status.getCode() + (description.isEmpty() ? "" : ": " + description));
        }
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the watch has ended", e);
        }
    }

    /** Ends the stream; returns at once. Closing again does nothing. */
    @Override
    public void close() {
        onThread(() -> {
            closed = true;
            if (channel != null) {
                channel.shutdownNow();
            }
            channels.close();
            thread.shutdown();
        });
    }
}
