package mesh.ambit.node.app;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import mesh.ambit.config.Environment;
import mesh.ambit.node.pods.AddressRange;
import mesh.ambit.node.rules.CaptureOptions;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;

/**
 * What a run of node-setup is told.
 *
 * @param folder declared objects
 * @param state folder of the mesh's own files
 * @param node whose pods are ours
 * @param podRange IPv4 addresses for pods that declare none
 * @param podRange6 the same for IPv6
 * @param socket where ztunnels connect
 * @param gracefulEnrol whether connections from before enrolment are left alone
 * @param ipv6 whether IPv6 is captured
 * @param dnsCapture whether pods' questions to name servers go to their ztunnel, unless an annotation says otherwise
 * @param drainPeriod how long captured connections may go on after a pod has left the mesh
 * @param verifyInterval how often rules in force are looked up in the kernel
 * @param domain the last part of services' names
 */
record NodeSetupConfig(
        Path folder,
        Path state,
        String node,
        AddressRange podRange,
        AddressRange podRange6,
        Path socket,
        boolean gracefulEnrol,
        boolean ipv6,
        boolean dnsCapture,
        Duration drainPeriod,
        Duration verifyInterval,
        String domain,
        LogFilter logFilter,
        LogFormat logFormat) {
    static final String ZTUNNEL_UDS_ADDRESS = "ZTUNNEL_UDS_ADDRESS";
    static final String AMBIT_GRACEFUL_ENROL = "AMBIT_GRACEFUL_ENROL";
    static final String AMBIENT_IPV6 = "AMBIENT_IPV6";
    static final String AMBIENT_DNS_CAPTURE = "AMBIENT_DNS_CAPTURE";
    static final String AMBIT_DRAIN_PERIOD = "AMBIT_DRAIN_PERIOD";
    static final String AMBIT_VERIFY_INTERVAL = "AMBIT_VERIFY_INTERVAL";
    static final String RUST_LOG = "RUST_LOG";
    static final String LOG_FORMAT = "LOG_FORMAT";

    private static final Duration DEFAULT_DRAIN_PERIOD = Duration.ofSeconds(30);

    private static final Duration DEFAULT_VERIFY_INTERVAL = Duration.ofSeconds(30);

    /** It becomes part of paths. */
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    NodeSetupConfig {
        requireNonNull(folder, "folder");
        requireNonNull(state, "state");
        requireNonNull(node, "node");
        requireNonNull(podRange, "podRange");
        requireNonNull(podRange6, "podRange6");
        requireNonNull(socket, "socket");
        requireNonNull(drainPeriod, "drainPeriod");
        requireNonNull(verifyInterval, "verifyInterval");
        requireNonNull(domain, "domain");
        requireNonNull(logFilter, "logFilter");
        requireNonNull(logFormat, "logFormat");
    }

    /** What the command line says, as text. */
    record Flags(Path folder, Path state, String node, String podCidr, String podCidr6, String domain) {}

    /**
     * Returns the configuration of a run.
     *
     * @throws mesh.ambit.config.ConfigException with every wrong value
     */
    static NodeSetupConfig of(Flags flags, Environment environment) {
        if (!NODE.matcher(flags.node()).matches()) {
            environment.reject("--node " + flags.node() + ": not the name of a node (expected: lower-case letters,"
                    + " digits, inner hyphens and dots)");
        }
        NodeSetupConfig config = new NodeSetupConfig(
                flags.folder(),
                flags.state(),
                flags.node(),
                range(environment, "--pod-cidr", flags.podCidr(), "10.77.1.0/24", 4),
                range(environment, "--pod-cidr6", flags.podCidr6(), "fd77:0:0:1::/64", 16),
                environment.path(
                        ZTUNNEL_UDS_ADDRESS,
                        flags.state().resolve("nodes").resolve(flags.node()).resolve("ztunnel.sock")),
                environment.flag(AMBIT_GRACEFUL_ENROL, true),
                environment.flag(AMBIENT_IPV6, true),
                environment.flag(AMBIENT_DNS_CAPTURE, true),
                environment.duration(AMBIT_DRAIN_PERIOD, DEFAULT_DRAIN_PERIOD),
                environment.duration(AMBIT_VERIFY_INTERVAL, DEFAULT_VERIFY_INTERVAL),
                flags.domain(),
                environment.value(RUST_LOG, LogFilter.INFO, LogFilter::parse),
                environment.value(LOG_FORMAT, LogFormat.PLAIN, LogFormat::parse));
        environment.throwIfInvalid();
        return config;
    }

    /** Returns the folder of this program's own files. */
    Path ownFolder() {
        return state.resolve("node-setup").resolve(node);
    }

    /** Returns how pods are captured whose annotations say nothing else. */
    CaptureOptions capture() {
        return new CaptureOptions(ipv6, gracefulEnrol, false, dnsCapture, List.of());
    }

    private static AddressRange range(
            Environment environment, String flag, String text, String fallback, int addressBytes) {
        try {
            AddressRange range = AddressRange.parse(text);
            if (range.network().getAddress().length != addressBytes) {
                throw new IllegalArgumentException("of the wrong address family");
            }
            return range;
        } catch (IllegalArgumentException e) {
            environment.reject(flag + " " + text + ": " + e.getMessage());
            return AddressRange.parse(fallback);
        }
    }
}
