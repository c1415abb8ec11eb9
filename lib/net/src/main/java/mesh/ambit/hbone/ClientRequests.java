package mesh.ambit.hbone;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one {@link ClientTunnel} that have no answer: those that wait to be sent, and those that were sent,
 * by stream. Used on the tunnel's event loop only.
 */
final class ClientRequests {
    private final ArrayDeque<PendingConnect> waiting = new ArrayDeque<>();
    private final IntObjectHashMap<PendingConnect> unanswered = new IntObjectHashMap<>();

    /** Returns how many wait to be sent. */
    int waiting() {
        return waiting.size();
    }

    void add(PendingConnect request) {
        waiting.add(request);
    }

    /** Takes the one that waits longest and is still wanted, or null. */
    @Nullable
    PendingConnect takeNext() {
        PendingConnect request = waiting.poll();
        while (request != null && request.isCancelled()) {
            request = waiting.poll();
        }
        return request;
    }

    /** Takes all that wait. */
    List<PendingConnect> takeWaiting() {
        List<PendingConnect> taken = new ArrayList<>(waiting);
        waiting.clear();
        return taken;
    }

    /** Takes those of them that may be tried elsewhere; the others go on waiting. */
    List<PendingConnect> takeWaitingToTryAgain() {
        List<PendingConnect> taken = new ArrayList<>();
        waiting.removeIf(request -> request.mayTryAgain() && taken.add(request));
        return taken;
    }

    /** Notes that {@code request} has left on a stream, at {@code nanos} of the loop's ticker. */
    void sent(PendingConnect request, int streamId, long nanos) {
        request.sent(streamId, nanos);
        unanswered.put(streamId, request);
    }

    /** Returns the request whose answer is awaited on a stream, or null. */
    @Nullable
    PendingConnect onStream(int streamId) {
        return unanswered.get(streamId);
    }

    boolean isUnanswered(int streamId) {
        return unanswered.containsKey(streamId);
    }

    /** Takes the request of a stream on which no answer is awaited any more, or null if none was. */
    @Nullable
    PendingConnect take(int streamId) {
        return unanswered.remove(streamId);
    }

    /** Takes those on streams above {@code lastStreamId}. */
    List<PendingConnect> takeAbove(int lastStreamId) {
        return takeIf(request -> request.streamId() > lastStreamId);
    }

    /** Takes those that were sent after {@code nanos} of the loop's ticker and may be tried again elsewhere. */
    List<PendingConnect> takeSentAfter(long nanos) {
        return takeIf(request -> request.mayTryAgain() && request.sentNanos() - nanos > 0);
    }

    private List<PendingConnect> takeIf(Predicate<PendingConnect> condition) {
        List<PendingConnect> taken = new ArrayList<>();
        for (Iterator<IntObjectMap.PrimitiveEntry<PendingConnect>> entries =
                        unanswered.entries().iterator();
                entries.hasNext(); ) {
            PendingConnect request = entries.next().value();
            if (condition.test(request)) {
                taken.add(request);
                entries.remove();
            }
        }
        return taken;
    }

    /** Fails them all; none is left. */
    void failAll(TunnelFailure failure) {
        for (PendingConnect request = waiting.poll(); request != null; request = waiting.poll()) {
            request.fail(failure);
        }
        // Whoever learns of its failure may come back here, and take its request.
        for (@Nullable PendingConnect request : unanswered.values().toArray(new PendingConnect[0])) {
            if (request != null) {
                request.fail(failure);
            }
        }
        unanswered.clear();
    }
}
