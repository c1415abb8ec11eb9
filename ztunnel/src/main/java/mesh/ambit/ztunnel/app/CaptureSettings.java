package mesh.ambit.ztunnel.app;

import java.nio.file.Path;
import mesh.ambit.config.Environment;
import mesh.ambit.ztunnel.inpod.Transparency;

/**
 * How pods reach us and how our sockets in them are made.
 *
 * @param agentSocket where the node agent listens
 * @param mark what our sockets inside pods are marked with
 * @param reusePort whether our successor may listen beside us
 * @param originalSource whether applications see their clients' addresses
 * @param ipv6 whether we listen on IPv6 too
 */
record CaptureSettings(Path agentSocket, int mark, boolean reusePort, Transparency.Wish originalSource, boolean ipv6) {
    private static final String DEFAULT_SOCKET = "/var/run/ztunnel/ztunnel.sock";
    private static final int DEFAULT_MARK = 1337;

    static CaptureSettings from(Environment env) {
        return new CaptureSettings(
                env.path("INPOD_UDS", Path.of(DEFAULT_SOCKET)),
                env.number("PACKET_MARK", DEFAULT_MARK, 0, Integer.MAX_VALUE),
                env.flag("INPOD_PORT_REUSE", true),
                originalSource(env),
                env.flag("IPV6_ENABLED", true));
    }

    private static Transparency.Wish originalSource(Environment env) {
        if (env.text("ENABLE_ORIG_SRC") == null) {
            return Transparency.Wish.BEST_EFFORT;
        }
        return env.flag("ENABLE_ORIG_SRC", true) ? Transparency.Wish.REQUIRED : Transparency.Wish.OFF;
    }
}
