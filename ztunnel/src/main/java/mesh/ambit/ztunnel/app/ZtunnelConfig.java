package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.ztunnel.inbound.InboundSettings;
import mesh.ambit.ztunnel.limits.LimitSettings;
import mesh.ambit.ztunnel.local.ProxyDefaults;
import mesh.ambit.ztunnel.outbound.OutboundSettings;

/**
 * What the daemon is told by its environment, under upstream's names and with upstream's defaults, one component for each
 * concern. Variables that are not read here are accepted and mean nothing.
 *
 * @param mode what we are there for
 * @param node who we are and where
 * @param control whom we ask
 * @param capture how pods reach us
 * @param tunnels parameters of HBONE's HTTP/2
 * @param inbound what is let in
 * @param tls between peers
 * @param state where the last good state is kept
 * @param limits how much is let in
 * @param telemetry how much is measured
 * @param outbound what goes beyond upstream on the way out
 * @param process how the process runs, speaks and ends
 * @param displayed what is shown besides
 */
record ZtunnelConfig(
        ModeSettings mode,
        NodeSettings node,
        ControlSettings control,
        CaptureSettings capture,
        TunnelSettings tunnels,
        InboundSettings inbound,
        TlsSettings tls,
        StateSettings state,
        LimitSettings limits,
        TelemetrySettings telemetry,
        OutboundSettings outbound,
        ProcessSettings process,
        DisplayedSettings displayed) {
    private static final int MAX_WINDOW = Integer.MAX_VALUE;
    private static final int MIN_CONNECTION_WINDOW = 65_535;

    /**
     * Reads the environment.
     *
     * @param processors of this machine
     * @throws mesh.ambit.config.ConfigException with everything that is wrong
     */
    static ZtunnelConfig from(Environment env, int processors) {
        ProxyDefaults defaults = ProxyDefaults.from(env, ProxyDefaults.MESH_FILE);
        ModeSettings mode = ModeSettings.from(env, defaults);
        NodeSettings node = NodeSettings.from(env, defaults);
        ZtunnelConfig config = new ZtunnelConfig(
                mode,
                node,
                ControlSettings.from(env, defaults, node.clusterId()),
                CaptureSettings.from(env, mode.shared()),
                tunnels(env),
                InboundSettings.from(env),
                TlsSettings.from(env),
                StateSettings.from(env),
                LimitSettings.from(env),
                TelemetrySettings.from(env),
                OutboundSettings.from(env),
                ProcessSettings.from(env, defaults, processors),
                DisplayedSettings.from(env));
        env.throwIfInvalid();
        return config;
    }

    private static TunnelSettings tunnels(Environment env) {
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        return new TunnelSettings(
                (int) env.size("HTTP2_STREAM_WINDOW_SIZE", defaults.streamWindowBytes(), 1, MAX_WINDOW),
                // HTTP/2 has no way to begin with less.
                (int) Math.max(
                        MIN_CONNECTION_WINDOW,
                        env.size("HTTP2_CONNECTION_WINDOW_SIZE", defaults.connectionWindowBytes(), 1, MAX_WINDOW)),
                (int) env.size("HTTP2_FRAME_SIZE", defaults.maxFrameBytes(), 16_384, 16_777_215),
                env.number("POOL_MAX_STREAMS_PER_CONNECTION", defaults.maxStreamsPerTunnel(), 1, 65_535),
                env.duration("POOL_UNUSED_RELEASE_TIMEOUT", defaults.unusedRelease()));
    }
}
