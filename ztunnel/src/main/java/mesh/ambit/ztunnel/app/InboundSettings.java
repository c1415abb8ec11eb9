package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import mesh.ambit.ztunnel.inbound.ConnectHostname;

/**
 * What is let in, and what is said about it.
 *
 * @param connectHostname whose services a tunnel may name
 * @param baggage whether tunnels describe workloads to each other
 * @param policyLogging whether decisions are logged at info
 */
record InboundSettings(ConnectHostname connectHostname, boolean baggage, boolean policyLogging) {
    static InboundSettings from(Environment env) {
        return new InboundSettings(
                env.value("AMBIT_CONNECT_HOSTNAME", ConnectHostname.OWN, InboundSettings::connectHostname),
                env.flag("ENABLE_RESPONSE_BAGGAGE", true),
                env.text("AUTHZ_POLICY_INFO_LOGGING", "").equals("true"));
    }

    private static ConnectHostname connectHostname(String text) {
        return switch (text) {
            case "own" -> ConnectHostname.OWN;
            case "any" -> ConnectHostname.ANY;
            default -> throw new IllegalArgumentException("expected: own or any");
        };
    }
}
