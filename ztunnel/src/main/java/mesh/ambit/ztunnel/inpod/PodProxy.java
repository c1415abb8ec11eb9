package mesh.ambit.ztunnel.inpod;

import java.util.concurrent.CompletionStage;

/** The listeners and connections of one pod. */
public interface PodProxy {
    /** Closes listeners and connections at once, without waiting; for a pod that is gone. */
    void close();

    /**
     * Closes the listeners, lets the connections go on, and completes when the last of them has ended. {@link #close}
     * may still follow.
     */
    CompletionStage<Void> drain();

    /** Returns how many connections live now. From any thread. */
    default int connectionCount() {
        return 0;
    }

    /** Makes proxies. */
    @FunctionalInterface
    interface Factory {
        /**
         * Opens the listeners of {@code pod}. May block; is not called on an event loop.
         *
         * @throws PodStartException if one of them cannot be opened; nothing is left open then
         */
        PodProxy start(Pod pod) throws PodStartException;
    }
}
