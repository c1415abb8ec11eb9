package mesh.ambit.ztunnel.app;

import mesh.ambit.telemetry.XdsMetrics;
import mesh.ambit.xds.AdsObserver;

/** Counts what the control plane sends. */
final class XdsCounter implements AdsObserver {
    private final XdsMetrics metrics;

    XdsCounter(XdsMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void message(String typeUrl, long payloadBytes) {
        metrics.message(typeUrl, payloadBytes);
    }

    @Override
    public void terminated(String reason) {
        metrics.terminated(reason);
    }
}
