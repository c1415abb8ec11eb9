package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import mesh.ambit.telemetry.ConnectionTelemetry;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.RequestMetrics;
import mesh.ambit.telemetry.TrafficMetrics;

/**
 * How much is measured. All of it is ours: upstream has no such limits and does not look into connections.
 *
 * @param maxSeries how many combinations of labels a family of metrics tells apart; 0 for any number
 *     ({@code AMBIT_METRICS_MAX_SERIES})
 * @param httpInsight whether plaintext HTTP on its way to applications is counted ({@code AMBIT_HTTP_INSIGHT})
 */
record TelemetrySettings(int maxSeries, boolean httpInsight) {
    private static final int MAX_SERIES = 10_000;

    static TelemetrySettings from(Environment env) {
        return new TelemetrySettings(
                env.number("AMBIT_METRICS_MAX_SERIES", MAX_SERIES, 0, Integer.MAX_VALUE),
                env.flag("AMBIT_HTTP_INSIGHT", false));
    }

    /** Creates what connections are reported to. */
    ConnectionTelemetry on(Metrics metrics) {
        return new ConnectionTelemetry(
                TrafficMetrics.on(metrics, maxSeries),
                System::nanoTime,
                httpInsight ? RequestMetrics.on(metrics, maxSeries) : null);
    }
}
