package mesh.ambit.hbone;

import java.util.Arrays;

/**
 * The streams of a tunnel that we have reset of late. What the peer had sent of them before it knew is nobody's fault;
 * of any other stream that is over it is one. Remembers as many as can be open at a time.
 */
final class ResetStreams {
    private static final int CAPACITY = ServerTunnel.MAX_CONCURRENT_STREAMS;

    private int[] ids = new int[8];
    private int count;
    private int next;

    void add(int streamId) {
        if (next == ids.length && ids.length < CAPACITY) {
            ids = Arrays.copyOf(ids, Math.min(2 * ids.length, CAPACITY));
        }
        next %= ids.length;
        ids[next++] = streamId;
        count = Math.min(count + 1, ids.length);
    }

    boolean contains(int streamId) {
        for (int i = 0; i < count; i++) {
            if (ids[i] == streamId) {
                return true;
            }
        }
        return false;
    }
}
