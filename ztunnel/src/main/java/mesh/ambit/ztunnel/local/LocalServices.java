package mesh.ambit.ztunnel.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.WeightedWaypoint;

/**
 * Services of the local file.
 *
 * @param service the service
 * @param endpoints the endpoints that the file lists under it, by their key, besides those that workloads declare
 */
record LocalServices(Service service, Map<String, Endpoint> endpoints) {
    private static final long MAX_WEIGHT = 0xFFFF_FFFFL;
    private static final Map<String, LoadBalancing.Mode> MODES = new TreeMap<>(Map.of(
            "Standard", LoadBalancing.Mode.UNSPECIFIED_MODE,
            "Strict", LoadBalancing.Mode.STRICT,
            "Failover", LoadBalancing.Mode.FAILOVER,
            "Passthrough", LoadBalancing.Mode.PASSTHROUGH));
    private static final Map<String, LoadBalancing.Scope> SCOPES = new TreeMap<>(Map.of(
            "Region", LoadBalancing.Scope.REGION,
            "Zone", LoadBalancing.Scope.ZONE,
            "Subzone", LoadBalancing.Scope.SUBZONE,
            "Node", LoadBalancing.Scope.NODE,
            "Cluster", LoadBalancing.Scope.CLUSTER,
            "Network", LoadBalancing.Scope.NETWORK));
    private static final Map<String, LoadBalancing.HealthPolicy> HEALTH = new TreeMap<>(Map.of(
            "OnlyHealthy", LoadBalancing.HealthPolicy.ONLY_HEALTHY, "AllowAll", LoadBalancing.HealthPolicy.ALLOW_ALL));
    private static final Map<String, IpFamilies> FAMILIES =
            new TreeMap<>(Map.of("Dual", IpFamilies.DUAL, "IPv4", IpFamilies.IPV4_ONLY, "IPv6", IpFamilies.IPV6_ONLY));
    private static final Map<String, Visibility> VISIBILITIES =
            new TreeMap<>(Map.of("Public", Visibility.PUBLIC, "Namespace", Visibility.NAMESPACE));

    static LocalServices read(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        LoadBalancing balancing = fields.optional("loadBalancer", LocalServices::balancing);
        IpFamilies families = fields.optional("ipFamilies", (at, value) -> YamlFields.word(at, value, FAMILIES));
        Service service = Service.builder(fields.text("namespace"), fields.text("hostname"))
                .name(fields.text("name"))
                .vips(fields.list("vips", Places::networkAddress))
                .cidrVips(fields.listOrEmpty("cidrVips", Places::networkCidr))
                .ports(ports(YamlFields.ports(fields.at("ports"), fields.require("ports"))))
                .subjectAltNames(fields.listOrEmpty("subjectAltNames", YamlFields::text))
                .waypoint(fields.optional("waypoint", Places::gateway))
                .weightedWaypoints(fields.listOrEmpty("weightedWaypoints", LocalServices::weighted))
                .loadBalancing(balancing == null ? LoadBalancing.STANDARD : balancing)
                .ipFamilies(families == null ? IpFamilies.AUTOMATIC : families)
                .canonical(fields.flag("canonical", false))
                .visibility(fields.word("visibility", VISIBILITIES, Visibility.PUBLIC))
                .build();
        YamlNode listed = fields.find("endpoints");
        Map<String, Endpoint> endpoints = listed == null
                ? Map.of()
                : Map.copyOf(YamlFields.map(fields.at("endpoints"), listed, LocalServices::endpoint));
        fields.end();
        return new LocalServices(service, endpoints);
    }

    static List<Port> ports(SortedMap<Integer, Integer> map) {
        List<Port> ports = new ArrayList<>(map.size());
        map.forEach((port, target) -> ports.add(Port.of(port, target)));
        return ports;
    }

    private static LoadBalancing balancing(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        LoadBalancing balancing = new LoadBalancing(
                fields.list("routingPreferences", (at, value) -> YamlFields.word(at, value, SCOPES)),
                fields.word("mode", MODES),
                fields.word("healthPolicy", HEALTH));
        fields.end();
        return balancing;
    }

    private static WeightedWaypoint weighted(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        YamlNode weight = fields.require("weight");
        WeightedWaypoint waypoint =
                new WeightedWaypoint(Places.gateway(fields.at("destination"), fields.require("destination")), (int)
                        YamlFields.number(fields.at("weight"), weight, MAX_WEIGHT));
        fields.end();
        return waypoint;
    }

    private static Endpoint endpoint(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        Endpoint endpoint = new Endpoint(
                fields.text("workloadUid"),
                ports(YamlFields.ports(fields.at("port"), fields.require("port"))),
                fields.word("status", LocalWorkloads.STATUSES));
        fields.end();
        return endpoint;
    }
}
