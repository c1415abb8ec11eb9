package mesh.ambit.istiod.push;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one stream has to send and has not handed to the transport yet: next to nothing as a rule, since nothing is put
 * in while something is left, but an answer may consist of parts, and a large one waits for its turn.
 *
 * <p>Belongs to the stream, except where it says otherwise.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final String connection;
    private final ServerCallStreamObserver<EncodedResponse> responses;
    private final PushHub hub;
    private final Executor loop;
    private final Queue<Outgoing> queue = new ArrayDeque<>();

    private long count;
    private long heldBytes;
    private long heldSinceNanos;
    private boolean waitsForTurn;
    private boolean ended;

    /** A response to be; {@code subscription} is null for one that nobody acknowledges. */
    private record Outgoing(
            String typeUrl,
            String label,
            String countedType,
            @Nullable Subscription subscription,
            String version,
            String controlPlane,
            Update update) {}

    /**
     * Creates one.
     *
     * @param loop where everything of the stream happens
     */
    Outbox(String connection, ServerCallStreamObserver<EncodedResponse> responses, PushHub hub, Executor loop) {
        this.connection = connection;
        this.responses = responses;
        this.hub = hub;
        this.loop = loop;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Sends {@code update}, in parts if it is very large, now or as soon as the client takes it. */
    void add(ResourceType type, Subscription subscription, String version, Update update) {
        List<Update> parts = update.split(hub.limits().maxResponseBytes());
        for (Update part : parts) {
            queue.add(new Outgoing(type.typeUrl(), type.label(), type.typeUrl(), subscription, version, "", part));
        }
        flush();
    }

    /** Sends an answer to a debug request. */
    void add(DebugAnswers.Answer answer) {
        queue.add(new Outgoing(
                answer.typeUrl(),
                answer.label(),
                answer.label(),
                null,
                hub.current().state().version(),
                answer.controlPlane(),
                new Update(answer.resources(), List.of())));
        flush();
    }

    /** Hands to the transport what it takes. */
    void flush() {
        while (!queue.isEmpty() && responses.isReady()) {
            Outgoing next = queue.element();
            long start = System.nanoTime();
            String nonce = connection + "/" + (count + 1);
            EncodedResponse response =
                    new EncodedResponse(next.typeUrl, next.version, nonce, next.controlPlane, next.update);
            if (response.size() >= hub.limits().largeBytes() && !takeTurn(response.size())) {
                return;
            }
            queue.remove();
            count++;
            if (next.subscription != null) {
                next.subscription.sent(nonce, hub.nowMillis());
            }
            responses.onNext(response);
            hub.metrics().pushed(next.label, next.countedType, response.size(), System.nanoTime() - start);
            LOG.debug(
                    "{}: {} with {} resources, {} removed, {} bytes",
                    connection,
                    next.label,
                    next.update.resources().size(),
                    next.update.removed().size(),
                    response.size());
        }
    }

    private boolean takeTurn(long bytes) {
        if (heldBytes == 0 && !waitsForTurn) {
            if (hub.budget().take(bytes, () -> loop.execute(() -> granted(bytes)))) {
                hold(bytes);
            } else {
                waitsForTurn = true;
            }
        }
        return heldBytes > 0;
    }

    private void granted(long bytes) {
        waitsForTurn = false;
        hold(bytes);
        if (ended) {
            giveTurnBack();
        } else {
            flush();
        }
    }

    private void hold(long bytes) {
        heldBytes = bytes;
        heldSinceNanos = System.nanoTime();
    }

    /** The transport has got rid of what it was given. */
    void drained() {
        giveTurnBack();
    }

    private void giveTurnBack() {
        long held = heldBytes;
        heldBytes = 0;
        if (held > 0) {
            hub.budget().release(held);
        }
    }

    /** Ends a turn that the client has kept for too long; called now and then. */
    void inspect(long nowNanos) {
        if (heldBytes > 0 && nowNanos - heldSinceNanos > hub.limits().turn().toNanos()) {
            giveTurnBack();
        }
    }

    void end() {
        ended = true;
        queue.clear();
        giveTurnBack();
    }
}
