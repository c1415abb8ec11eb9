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
        map.put("network", config.node().network());
        map.put("localNode", config.node().node());
        map.put("clusterId", config.node().clusterId());
        map.put("selfTerminationDeadline", Durations.print(config.process().drainDeadline()));
        map.put("xdsAddress", address(config.control().xds()));
        map.put("xdsOnDemand", config.control().onDemand());
        map.put("caAddress", address(config.control().ca()));
        map.put("secretTtl", Durations.print(config.control().certificateLifetime()));
        map.put("numWorkerThreads", config.process().workers());
        map.put(
                "requireOriginalSource",
                switch (config.capture().originalSource()) {
                    case BEST_EFFORT -> null;
                    case REQUIRED -> true;
                    case OFF -> false;
                });
        map.put("inpodUds", config.capture().agentSocket().toString());
        map.put("inpodPortReuse", config.capture().reusePort());
        map.put("packetMark", config.capture().mark());
        map.put("ipv6Enabled", config.capture().ipv6());
        map.put("enableEnhancedBaggage", config.inbound().baggage());
        map.put("localhostAppTunnel", config.inbound().localhostTunnel());
        map.put("requireWaypoint", config.inbound().requireWaypoint().name().toLowerCase(java.util.Locale.ROOT));
        map.put("connectHostname", config.inbound().connectHostname().name().toLowerCase(java.util.Locale.ROOT));
        return map;
    }

    private static @Nullable String address(@Nullable ControlPlane controlPlane) {
        return controlPlane == null ? null : controlPlane.address().toString();
    }
}
