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
        ProcessSettings process) {
    /** What upstream can read; what HTTP/2 cannot have is brought into its bounds, for upstream starts with it too. */
    private static final long MAX_READABLE = 0xFFFF_FFFFL;

    private static final int MIN_CONNECTION_WINDOW = 65_535;
    private static final int MIN_FRAME = 16_384;
    private static final int MAX_FRAME = 16_777_215;

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
                ProcessSettings.from(env, defaults, processors));
        env.throwIfInvalid();
        return config;
    }

    private static TunnelSettings tunnels(Environment env) {
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        return new TunnelSettings(
                Math.clamp(
                        env.size("HTTP2_STREAM_WINDOW_SIZE", defaults.streamWindowBytes(), 0, MAX_READABLE),
                        1,
                        Integer.MAX_VALUE),
                Math.clamp(
                        env.size("HTTP2_CONNECTION_WINDOW_SIZE", defaults.connectionWindowBytes(), 0, MAX_READABLE),
                        MIN_CONNECTION_WINDOW,
                        Integer.MAX_VALUE),
                Math.clamp(
                        env.size("HTTP2_FRAME_SIZE", defaults.maxFrameBytes(), 0, MAX_READABLE), MIN_FRAME, MAX_FRAME),
                Math.max(1, env.number("POOL_MAX_STREAMS_PER_CONNECTION", defaults.maxStreamsPerTunnel(), 0, 65_535)),
                env.value("POOL_UNUSED_RELEASE_TIMEOUT", defaults.unusedRelease(), DurationText::parse),
                defaults.care());
    }
}
