package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import mesh.ambit.config.Environment;

/**
 * What the environment says of connections that come in.
 *
 * @param connectHostname whose services a tunnel may ask for by name: {@code AMBIT_CONNECT_HOSTNAME}
 * @param localhostTunnel whether a captured waypoint that wants PROXY headers is reached over loopback, where nobody
 *     gets to it around us: {@code LOCALHOST_APP_TUNNEL}
 * @param requireWaypoint who insists on the waypoint it declares: {@code AMBIT_REQUIRE_WAYPOINT}
 * @param baggage whether tunnels describe workloads to each other: {@code ENABLE_RESPONSE_BAGGAGE}
 * @param policyLogging whether decisions are logged at info: {@code AUTHZ_POLICY_INFO_LOGGING}
 */
public record InboundSettings(
        ConnectHostname connectHostname,
        boolean localhostTunnel,
        RequireWaypoint requireWaypoint,
        boolean baggage,
        boolean policyLogging) {
    /** Upstream's behaviour, but for the hostnames that we take. */
    public static final InboundSettings DEFAULT =
            new InboundSettings(ConnectHostname.OWN, true, RequireWaypoint.OFF, true, false);

    public InboundSettings {
        requireNonNull(connectHostname, "connectHostname");
        requireNonNull(requireWaypoint, "requireWaypoint");
    }

    /** Returns these settings with another answer to who insists on its waypoint. */
    public InboundSettings withRequireWaypoint(RequireWaypoint mode) {
        return new InboundSettings(connectHostname, localhostTunnel, mode, baggage, policyLogging);
    }

    /** Reads the environment; what is wrong is noted there. */
    public static InboundSettings from(Environment env) {
        return new InboundSettings(
                env.value("AMBIT_CONNECT_HOSTNAME", DEFAULT.connectHostname, ConnectHostname::parse),
                env.flag("LOCALHOST_APP_TUNNEL", DEFAULT.localhostTunnel),
                env.value("AMBIT_REQUIRE_WAYPOINT", DEFAULT.requireWaypoint, RequireWaypoint::parse),
                env.flag("ENABLE_RESPONSE_BAGGAGE", DEFAULT.baggage),
                env.text("AUTHZ_POLICY_INFO_LOGGING", "").equals("true"));
    }
}
