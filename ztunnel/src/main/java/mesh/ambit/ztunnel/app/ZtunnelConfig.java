package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.ztunnel.inbound.InboundSettings;
import mesh.ambit.ztunnel.limits.LimitSettings;

/**
 * What the daemon is told by its environment, under upstream's names and with upstream's defaults, one component for each
 * concern. Variables that are not read here are accepted and mean nothing.
 *
 * @param node who we are and where
 * @param control whom we ask
 * @param capture how pods reach us
 * @param tunnels parameters of HBONE's HTTP/2
 * @param inbound what is let in
 * @param tls between peers
 * @param state where the last good state is kept
 * @param limits how much is let in
 * @param process how the process runs, speaks and ends
 */
record ZtunnelConfig(
        NodeSettings node,
        ControlSettings control,
        CaptureSettings capture,
        TunnelSettings tunnels,
        InboundSettings inbound,
        TlsSettings tls,
        StateSettings state,
        LimitSettings limits,
        ProcessSettings process) {
    private static final int MAX_WINDOW = Integer.MAX_VALUE;

    /**
     * Reads the environment.
     *
     * @param processors of this machine
     * @throws mesh.ambit.config.ConfigException with everything that is wrong
     */
    static ZtunnelConfig from(Environment env, int processors) {
        String mode = env.text("PROXY_MODE", "shared");
        if (!mode.equals("shared")) {
            env.reject("PROXY_MODE", mode, "not supported, expected: shared");
        }
        NodeSettings node = NodeSettings.from(env);
        ZtunnelConfig config = new ZtunnelConfig(
                node,
                ControlSettings.from(env, node.clusterId()),
                CaptureSettings.from(env),
                tunnels(env),
                InboundSettings.from(env),
                TlsSettings.from(env),
                StateSettings.from(env),
                LimitSettings.from(env),
                ProcessSettings.from(env, processors));
        env.throwIfInvalid();
        return config;
    }

    private static TunnelSettings tunnels(Environment env) {
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        return new TunnelSettings(
                (int) env.size("HTTP2_STREAM_WINDOW_SIZE", defaults.streamWindowBytes(), 65_535, MAX_WINDOW),
                (int) env.size("HTTP2_CONNECTION_WINDOW_SIZE", defaults.connectionWindowBytes(), 65_535, MAX_WINDOW),
                (int) env.size("HTTP2_FRAME_SIZE", defaults.maxFrameBytes(), 16_384, 16_777_215),
                env.number("POOL_MAX_STREAMS_PER_CONNECTION", defaults.maxStreamsPerTunnel(), 1, 65_535),
                env.duration("POOL_UNUSED_RELEASE_TIMEOUT", defaults.unusedRelease()));
    }
}
