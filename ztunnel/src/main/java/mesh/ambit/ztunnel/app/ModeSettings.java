package mesh.ambit.ztunnel.app;

import java.net.InetAddress;
import mesh.ambit.config.Environment;
import mesh.ambit.config.HostPort;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.ztunnel.local.LocalSource;
import mesh.ambit.ztunnel.local.ProxyDefaults;
import org.jspecify.annotations.Nullable;

/**
 * What we are there for: the pods of a node, or one workload in our own network namespace; connections, names, or both.
 *
 * @param workload whom we serve in dedicated mode; null serves the pods of the node
 * @param proxy whether we carry connections
 * @param dns whether we answer names
 * @param dnsAddress where, {@code localhost} standing for both loopbacks
 * @param preferredNamespace whose services win a name that several namespaces have; null for nobody's
 * @param local a mesh on this machine, beside or instead of the control plane's; null for none
 */
record ModeSettings(
        @Nullable WorkloadInfo workload,
        boolean proxy,
        boolean dns,
        HostPort dnsAddress,
        @Nullable String preferredNamespace,
        @Nullable LocalSource local) {
    static final String LOCALHOST = "localhost";

    private static final HostPort DEFAULT_DNS = new HostPort(LOCALHOST, 15053);

    static ModeSettings from(Environment env, ProxyDefaults defaults) {
        String capture = defaults.metadata().get("DNS_CAPTURE");
        boolean dns = capture == null || capture.equalsIgnoreCase("true");
        boolean proxy = env.flag("ENABLE_PROXY", true);
        if (!proxy && !dns) {
            env.reject("error parsing proxy config: ztunnel run without any servers enabled");
        }
        if (dns && env.flag("XDS_ON_DEMAND", false)) {
            env.reject("error parsing proxy config: DNS proxy does not currently support on-demand mode");
        }
        return new ModeSettings(
                workload(env),
                proxy,
                dns,
                dnsAddress(env, defaults),
                // Upstream's spelling.
                env.text("PREFERED_SERVICE_NAMESPACE"),
                LocalSource.from(env));
    }

    boolean shared() {
        return workload == null;
    }

    private static @Nullable WorkloadInfo workload(Environment env) {
        String mode = env.text("PROXY_MODE", "shared");
        switch (mode) {
            case "shared" -> {
                return null;
            }
            case "dedicated" -> {}
            default -> {
                env.reject("PROXY_MODE", mode, "PROXY_MODE must be one of dedicated, shared");
                return null;
            }
        }
        String info = env.text("PROXY_WORKLOAD_INFO");
        if (info == null) {
            env.reject("invalid configuration: PROXY_MODE=dedicated requires PROXY_WORKLOAD_INFO to be set");
            return null;
        }
        String[] parts = info.split("/", 3);
        if (parts.length != 3) {
            env.reject("PROXY_WORKLOAD_INFO", info, "expected: namespace/name/service-account");
            return null;
        }
        return new WorkloadInfo(parts[1], parts[0], parts[2]);
    }

    private static HostPort dnsAddress(Environment env, ProxyDefaults defaults) {
        String text = defaults.metadata().get("DNS_PROXY_ADDR");
        if (text == null) {
            return DEFAULT_DNS;
        }
        try {
            HostPort address = HostPort.parse(text);
            if (!address.host().equals(LOCALHOST)) {
                InetAddress.ofLiteral(address.host());
            }
            return address;
        } catch (IllegalArgumentException e) {
            env.reject("invalid configuration: failed to parse DNS_PROXY_ADDR: " + text + " (" + e.getMessage() + ")");
            return DEFAULT_DNS;
        }
    }
}
