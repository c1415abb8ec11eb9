package mesh.ambit.ztunnel.app;

import java.nio.file.Path;
import mesh.ambit.config.Environment;
import mesh.ambit.linux.CongestionControl;
import mesh.ambit.relay.Keepalive;
import mesh.ambit.ztunnel.inpod.Transparency;

/**
 * How pods reach us and how our sockets in them are made.
 *
 * @param agentSocket where the node agent listens
 * @param mark what our sockets inside pods are marked with; 0 marks nothing
 * @param reusePort whether our successor may listen beside us
 * @param originalSource whether applications see their clients' addresses
 * @param ipv6 whether we listen on IPv6 too
 * @param keepalive when the kernel gives up on a peer
 * @param nearby the congestion control towards peers that are near
 */
record CaptureSettings(
        Path agentSocket,
        int mark,
        boolean reusePort,
        Transparency.Wish originalSource,
        boolean ipv6,
        Keepalive keepalive,
        CongestionControl nearby) {
    private static final String DEFAULT_SOCKET = "/var/run/ztunnel/ztunnel.sock";
    private static final int DEFAULT_MARK = 1337;

    private static final long MAX_MARK = 0xFFFF_FFFFL;

    /** Reads them; only {@code shared} pods have rules that know the usual mark. */
    static CaptureSettings from(Environment env, boolean shared) {
        return new CaptureSettings(
                env.path("INPOD_UDS", Path.of(DEFAULT_SOCKET)),
                // Unsigned for the kernel as for whoever sets it.
                (int) env.size("PACKET_MARK", shared ? DEFAULT_MARK : 0, 0, MAX_MARK),
                env.flag("INPOD_PORT_REUSE", true),
                originalSource(env),
                env.flag("IPV6_ENABLED", true),
                keepalive(env),
                env.value("AMBIT_CONGESTION_CONTROL", CongestionControl.parse("auto"), CongestionControl::parse));
    }

    private static Keepalive keepalive(Environment env) {
        Keepalive defaults = Keepalive.DEFAULT;
        return new Keepalive(
                env.flag("KEEPALIVE_ENABLED", defaults.enabled()),
                env.value("KEEPALIVE_TIME", defaults.idle(), DurationText::parse),
                env.value("KEEPALIVE_INTERVAL", defaults.interval(), DurationText::parse),
                env.number("KEEPALIVE_RETRIES", defaults.probes(), 0, Integer.MAX_VALUE),
                env.flag("USER_TIMEOUT_ENABLED", defaults.userTimeout()));
    }

    private static Transparency.Wish originalSource(Environment env) {
        if (env.text("ENABLE_ORIG_SRC") == null) {
            return Transparency.Wish.BEST_EFFORT;
        }
        return env.flag("ENABLE_ORIG_SRC", true) ? Transparency.Wish.REQUIRED : Transparency.Wish.OFF;
    }
}
