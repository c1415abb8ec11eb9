package mesh.ambit.ztunnel.local;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkMode;
import mesh.ambit.model.Port;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadStatus;
import mesh.ambit.model.WorkloadType;
import org.jspecify.annotations.Nullable;

/** Workloads of the local file. What is not said is empty, where the control plane's wire has other defaults. */
final class LocalWorkloads {
    private static final long MAX_CAPACITY = 0xFFFF_FFFFL;
    private static final Map<String, TunnelProtocol> PROTOCOLS =
            new TreeMap<>(Map.of("HBONE", TunnelProtocol.HBONE, "TCP", TunnelProtocol.NONE));
    private static final Map<String, NetworkMode> MODES =
            new TreeMap<>(Map.of("HostNetwork", NetworkMode.HOST_NETWORK, "Standard", NetworkMode.STANDARD));
    static final Map<String, WorkloadStatus> STATUSES =
            new TreeMap<>(Map.of("Healthy", WorkloadStatus.HEALTHY, "Unhealthy", WorkloadStatus.UNHEALTHY));
    private static final Map<String, ApplicationTunnel.Protocol> TUNNELS =
            new TreeMap<>(Map.of("NONE", ApplicationTunnel.Protocol.NONE, "PROXY", ApplicationTunnel.Protocol.PROXY));

    private LocalWorkloads() {}

    static Workload read(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node, true);
        Workload workload = Workload.builder(fields.text("uid", ""))
                .addresses(fields.list("workloadIps", Places::address))
                .name(fields.text("name", ""))
                .namespace(fields.text("namespace"))
                .servicesNamed(false)
                .services(services(fields.at("services"), fields.require("services")))
                .waypoint(fields.optional("waypoint", Places::gateway))
                .networkGateway(fields.optional("networkGateway", Places::gateway))
                .tunnelProtocol(fields.word("protocol", PROTOCOLS, TunnelProtocol.NONE))
                .networkMode(fields.word("networkMode", MODES, NetworkMode.STANDARD))
                .trustDomain(fields.text("trustDomain", ""))
                .serviceAccount(fields.text("serviceAccount", ""))
                .network(fields.text("network", ""))
                .workloadName(fields.text("workloadName", ""))
                .workloadType(type(fields.text("workloadType", "")))
                .canonicalName(fields.text("canonicalName", ""))
                .canonicalRevision(fields.text("canonicalRevision", ""))
                .hostname(fields.text("hostname", ""))
                .node(fields.text("node", ""))
                .nativeTunnel(fields.flag("nativeTunnel", false))
                .applicationTunnel(fields.optional("applicationTunnel", LocalWorkloads::tunnel))
                .authorizationPolicies(fields.listOrEmpty("authorizationPolicies", YamlFields::onlyText))
                .status(fields.word("status", STATUSES, WorkloadStatus.HEALTHY))
                .clusterId(fields.text("clusterId", ""))
                .locality(locality(fields.find("locality"), fields.at("locality")))
                .capacity((int) fields.number("capacity", 1, MAX_CAPACITY))
                .build();
        fields.end();
        return workload;
    }

    private static SortedMap<NamespacedHostname, List<Port>> services(String path, YamlNode node)
            throws LocalFileException {
        SortedMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        for (Map.Entry<String, SortedMap<Integer, Integer>> entry :
                YamlFields.map(path, node, YamlFields::ports).entrySet()) {
            services.put(Places.hostname(path, node, entry.getKey()), LocalServices.ports(entry.getValue()));
        }
        return services;
    }

    private static ApplicationTunnel tunnel(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        Integer port = fields.optional("port", YamlFields::port);
        ApplicationTunnel tunnel = new ApplicationTunnel(fields.word("protocol", TUNNELS), port == null ? 0 : port);
        fields.end();
        return tunnel;
    }

    private static Locality locality(@Nullable YamlNode node, String path) throws LocalFileException {
        if (node == null) {
            return Locality.NONE;
        }
        YamlFields fields = YamlFields.of(path, node, true);
        return new Locality(fields.text("region"), fields.text("zone"), fields.text("subzone"));
    }

    /** Any text is taken; it is only shown. */
    private static WorkloadType type(String text) {
        return switch (text) {
            case "cronjob" -> WorkloadType.CRONJOB;
            case "job" -> WorkloadType.JOB;
            case "pod" -> WorkloadType.POD;
            default -> WorkloadType.DEPLOYMENT;
        };
    }
}
