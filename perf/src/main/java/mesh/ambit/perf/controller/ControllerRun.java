package mesh.ambit.perf.controller;

import java.util.List;
import java.util.Locale;

/**
 * What one run of the controller's bench saw.
 *
 * @param looks one for each rate
 * @param reconnect when all clients came again and said what they hold
 */
public record ControllerRun(int pods, int clients, Start start, Connect connect, List<Look> looks, Connect reconnect) {
    public ControllerRun {
        looks = List.copyOf(looks);
    }

    /**
     * From the start of the process to its open port.
     *
     * @param residentMib memory then
     */
    public record Start(long millis, long residentMib) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "mesh computed after %.1f s, resident %,d MiB", millis / 1e3, residentMib);
        }
    }

    /**
     * All clients came.
     *
     * @param firstSeconds until the first of them, which came alone, had everything
     * @param seconds until the last one had
     * @param cpuSeconds processor time of the controller
     * @param bytesEach what a client got
     */
    public record Connect(double firstSeconds, double seconds, double cpuSeconds, long bytesEach, long residentMib) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "first has all after %.2f s, last after %.2f s, CPU %.2f s, %,d bytes each, resident %,d MiB",
                    firstSeconds,
                    seconds,
                    cpuSeconds,
                    bytesEach,
                    residentMib);
        }
    }

    /**
     * Pods were replaced for a while.
     *
     * @param rate pods a second
     * @param p50Millis from the change to the last client that was told of the new pod; half of them took longer
     * @param cpuMillisPerPod processor time of the controller
     */
    public record Look(
            double rate,
            double p50Millis,
            double p99Millis,
            double maxMillis,
            double cpuMillisPerPod,
            long residentMib) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%5.0f/s   added, to the last client: p50 %.1f ms, p99 %.1f ms, max %.1f ms; CPU %.2f ms a pod;"
                            + " resident %,d MiB",
                    rate,
                    p50Millis,
                    p99Millis,
                    maxMillis,
                    cpuMillisPerPod,
                    residentMib);
        }
    }
}
