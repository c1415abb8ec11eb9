package mesh.ambit.ztunnel.app;

import java.util.LinkedHashMap;
import java.util.Map;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.config.Durations;
import org.jspecify.annotations.Nullable;

/** The effective configuration as the dump shows it: no token, no header values. */
final class ConfigView {
    private ConfigView() {}

    static Map<String, @Nullable Object> of(ZtunnelConfig config) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("proxy", true);
        map.put("dnsProxy", false);
        map.put("proxyMode", "Shared");
        map.put("windowSize", config.tunnels().streamWindowBytes());
        map.put("connectionWindowSize", config.tunnels().connectionWindowBytes());
        map.put("frameSize", config.tunnels().maxFrameBytes());
        map.put("poolMaxStreamsPerConn", config.tunnels().maxStreamsPerTunnel());
        map.put("poolUnusedReleaseTimeout", Durations.print(config.tunnels().unusedRelease()));
        map.put("network", config.network());
        map.put("localNode", config.node());
        map.put("clusterId", config.clusterId());
        map.put("selfTerminationDeadline", Durations.print(config.drainDeadline()));
        map.put("xdsAddress", address(config.xds()));
        map.put("xdsOnDemand", false);
        map.put("caAddress", address(config.ca()));
        map.put("secretTtl", Durations.print(config.certificateLifetime()));
        map.put("numWorkerThreads", config.workers());
        map.put(
                "requireOriginalSource",
                switch (config.originalSource()) {
                    case BEST_EFFORT -> null;
                    case REQUIRED -> true;
                    case OFF -> false;
                });
        map.put("inpodUds", config.agentSocket().toString());
        map.put("inpodPortReuse", config.reusePort());
        map.put("packetMark", config.mark());
        map.put("ipv6Enabled", config.ipv6());
        map.put("enableEnhancedBaggage", config.baggage());
        map.put("connectHostname", config.connectHostname().name().toLowerCase(java.util.Locale.ROOT));
        return map;
    }

    private static @Nullable String address(@Nullable ControlPlane controlPlane) {
        return controlPlane == null ? null : controlPlane.address().toString();
    }
}
