package mesh.ambit.ztunnel.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.config.HostPort;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.relay.Keepalive;
import mesh.ambit.ztunnel.inbound.ConnectHostname;
import mesh.ambit.ztunnel.inbound.RequireWaypoint;
import mesh.ambit.ztunnel.inpod.Ports;
import org.jspecify.annotations.Nullable;

/**
 * The effective configuration as the dump shows it, in upstream's keys and forms. The source of the token and the local
 * file are left out.
 */
final class ConfigView {
    private final ZtunnelConfig config;
    private final boolean ipv6Loopback;
    private final Map<String, @Nullable Object> map = new TreeMap<>();

    private ConfigView(ZtunnelConfig config, boolean ipv6Loopback) {
        this.config = config;
        this.ipv6Loopback = ipv6Loopback;
    }

    /** Returns the view; {@code ipv6Loopback} says whether what listens on loopback does so for IPv6 too. */
    static Map<String, @Nullable Object> of(ZtunnelConfig config, boolean ipv6Loopback) {
        ConfigView view = new ConfigView(config, ipv6Loopback);
        view.mode();
        view.tunnels();
        view.addresses();
        view.node();
        view.control();
        view.sockets();
        view.map.putAll(ResolverView.ofThisMachine(config.capture().ipv6()));
        // Ours alone: shown where they are not what upstream does anyway.
        if (config.inbound().requireWaypoint() != RequireWaypoint.OFF) {
            view.map.put("requireWaypoint", word(config.inbound().requireWaypoint()));
        }
        if (config.inbound().connectHostname() != ConnectHostname.OWN) {
            view.map.put("connectHostname", word(config.inbound().connectHostname()));
        }
        return view.map;
    }

    private void mode() {
        map.put("proxy", config.mode().proxy());
        map.put("dnsProxy", config.mode().dns());
        map.put("proxyMode", config.mode().shared() ? "Shared" : "Dedicated");
        map.put("proxyWorkloadInformation", info(config.mode().workload()));
        map.put("numWorkerThreads", config.process().workers());
        map.put("selfTerminationDeadline", duration(config.process().drainDeadline()));
        map.put("proxyArgs", "");
        map.put("fakeCa", false);
        map.put("fakeSelfInbound", false);
        map.put("enableEnhancedBaggage", config.inbound().baggage());
        map.put("localhostAppTunnel", config.inbound().localhostTunnel());
        Path revocationList = config.tls().revocationList();
        map.put("crlPath", revocationList == null ? null : revocationList.toString());
        map.put("preferedServiceNamespace", config.mode().preferredNamespace());
    }

    private void tunnels() {
        map.put("windowSize", config.tunnels().streamWindowBytes());
        map.put("connectionWindowSize", config.tunnels().connectionWindowBytes());
        map.put("frameSize", config.tunnels().maxFrameBytes());
        map.put("poolMaxStreamsPerConn", config.tunnels().maxStreamsPerTunnel());
        map.put("poolUnusedReleaseTimeout", duration(config.tunnels().unusedRelease()));
    }

    private void addresses() {
        AdminServers.Ports ports = config.process().ports();
        List<Integer> illegal = new ArrayList<>(List.of(Ports.INBOUND_HBONE, Ports.INBOUND_PLAINTEXT, Ports.OUTBOUND));
        if (config.outbound().socks()) {
            illegal.add(Ports.SOCKS);
        }
        map.put("adminAddr", localhost(ports.admin()));
        map.put("statsAddr", Map.of("SocketAddr", wildcard(ports.metrics())));
        map.put("readinessAddr", Map.of("SocketAddr", wildcard(ports.readiness())));
        map.put("inboundAddr", wildcard(Ports.INBOUND_HBONE));
        map.put("inboundPlaintextAddr", wildcard(Ports.INBOUND_PLAINTEXT));
        map.put("outboundAddr", wildcard(Ports.OUTBOUND));
        map.put("socks5Addr", config.outbound().socks() ? "127.0.0.1:" + Ports.SOCKS : null);
        HostPort dns = config.mode().dnsAddress();
        map.put(
                "dnsProxyAddr",
                dns.host().equals(ModeSettings.LOCALHOST)
                        ? localhost(dns.port())
                        : Map.of(
                                "SocketAddr",
                                Addresses.print(new InetSocketAddress(InetAddress.ofLiteral(dns.host()), dns.port()))));
        map.put("illegalPorts", illegal);
        map.put("ipv6Enabled", config.capture().ipv6());
    }

    private void node() {
        NodeSettings node = config.node();
        WorkloadInfo self = node.self();
        map.put("network", node.network());
        map.put("localNode", node.node());
        map.put("clusterId", node.clusterId());
        map.put("clusterDomain", node.clusterDomain());
        map.put("proxyMetadata", node.proxyMetadata());
        map.put("ztunnelWorkload", info(self));
        map.put(
                "ztunnelIdentity",
                self == null
                        ? null
                        : new SpiffeId(node.trustDomain(), self.namespace(), self.serviceAccount()).toString());
    }

    private void control() {
        ControlPlane xds = config.control().xds();
        ControlPlane ca = config.control().ca();
        ControlPlane shown = xds != null ? xds : config.control().xdsIfAny();
        map.put("xdsAddress", xds == null ? null : address(xds));
        map.put("xdsRootCert", roots(shown.roots()));
        map.put("altXdsHostname", shown.alternativeName());
        map.put("xdsHeaders", headers(shown));
        map.put("xdsOnDemand", config.control().onDemand());
        map.put("caAddress", address(ca));
        map.put("caRootCert", roots(ca.roots()));
        map.put("altCaHostname", ca.alternativeName());
        map.put("caHeaders", headers(ca));
        map.put("secretTtl", duration(config.control().certificateLifetime()));
    }

    private void sockets() {
        CaptureSettings capture = config.capture();
        map.put(
                "requireOriginalSource",
                switch (capture.originalSource()) {
                    case BEST_EFFORT -> null;
                    case REQUIRED -> true;
                    case OFF -> false;
                });
        map.put("inpodUds", capture.agentSocket().toString());
        map.put("inpodPortReuse", capture.reusePort());
        boolean marked = capture.mark() != 0 || config.mode().shared(); // There a mark of nothing is a mark.
        map.put("packetMark", marked ? Integer.toUnsignedLong(capture.mark()) : null);
        Keepalive keepalive = capture.keepalive();
        Map<String, Object> sockets = new LinkedHashMap<>();
        sockets.put("keepaliveTime", duration(keepalive.idle()));
        sockets.put("keepaliveInterval", duration(keepalive.interval()));
        sockets.put("keepaliveRetries", keepalive.probes());
        sockets.put("keepaliveEnabled", keepalive.enabled());
        sockets.put("userTimeoutEnabled", keepalive.userTimeout());
        map.put("socketConfig", sockets);
    }

    private Map<String, Object> localhost(int port) {
        return Map.of("Localhost", List.of(ipv6Loopback, port));
    }

    private String wildcard(int port) {
        return (config.capture().ipv6() ? "[::]:" : "0.0.0.0:") + port;
    }

    private static Map<String, Object> duration(Duration duration) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("secs", duration.toSeconds());
        map.put("nanos", duration.toNanosPart());
        return map;
    }

    private static @Nullable Map<String, Object> info(@Nullable WorkloadInfo info) {
        if (info == null) {
            return null;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", info.name());
        map.put("namespace", info.namespace());
        map.put("serviceAccount", info.serviceAccount());
        return map;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String address(ControlPlane controlPlane) {
        return controlPlane.address().toString();
    }

    private static Object roots(TrustRoots roots) {
        return switch (roots) {
            // What is not there at the start is taken for the certificates themselves.
            case TrustRoots.File(var path) -> Files.exists(path) ? Map.of("File", path.toString()) : "Static";
            case TrustRoots.Pem _ -> "Static";
            case TrustRoots.OperatingSystem _ -> "Default";
        };
    }

    private static List<List<String>> headers(ControlPlane controlPlane) {
        List<List<String>> list = new ArrayList<>();
        controlPlane.headers().forEach((name, value) -> list.add(Arrays.asList(name, value)));
        return list;
    }
}
