package mesh.ambit.istiod.push;

import java.time.Duration;

/**
 * What one stream may cost.
 *
 * @param maxNames names that a client may subscribe to on demand
 * @param maxBehind changed names that a client which does not read may have waiting for it before it is cut
 * @param maxResponseBytes where a larger answer is sent in parts; clients take 200 MiB
 * @param largeBytes from where on a response has to wait for its turn
 * @param turn how long a large response keeps its turn when the client is slow to take it
 * @param answer how long a client's answer is waited for with the next push; it is told more as soon as it answers
 * @param patience how long a client may take nothing of what waits for it before it is cut
 */
record StreamLimits(
        int maxNames,
        long maxBehind,
        long maxResponseBytes,
        long largeBytes,
        Duration turn,
        Duration answer,
        Duration patience) {
    static final StreamLimits DEFAULT = new StreamLimits(
            1_000_000,
            1_000_000,
            128L << 20,
            1L << 20,
            Duration.ofSeconds(10),
            Duration.ofMillis(500),
            Duration.ofMinutes(5));
}
