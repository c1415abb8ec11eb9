package mesh.ambit.istiod.proxyless;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Locality;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadType;
import mesh.ambit.wire.WireJson;
import org.jspecify.annotations.Nullable;

/**
 * What gRPC clients and servers are told as JSON of the messages, always in the same order.
 *
 * @param resources names of messages, and below each the resources by their xDS name
 * @param remarks what of the objects they are not told, sorted
 */
public record ProxylessJson(JsonObject resources, List<String> remarks) {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .omittingInsignificantWhitespace()
            .usingTypeRegistry(JsonFormat.TypeRegistry.newBuilder()
                    .add(HttpConnectionManager.getDescriptor())
                    .add(HTTPFault.getDescriptor())
                    .add(Router.getDescriptor())
                    .add(RBAC.getDescriptor())
                    .add(UpstreamTlsContext.getDescriptor())
                    .add(DownstreamTlsContext.getDescriptor())
                    .add(WrrLocality.getDescriptor())
                    .add(LeastRequest.getDescriptor())
                    .add(RoundRobin.getDescriptor())
                    .build());

    public ProxylessJson {
        remarks = List.copyOf(remarks);
    }

    /**
     * Returns what clients of {@code namespace} are told of all services that they see, and the servers of it; with an
     * empty namespace, what those of each service's own are told.
     *
     * @param node where the clients are, for services whose near endpoints come first; empty for nowhere
     */
    public static ProxylessJson of(ProxylessMesh mesh, String namespace, String node) {
        return new Collector(mesh, node).collect(namespace);
    }

    private static final class Collector {
        private final ProxylessMesh mesh;
        private final String node;
        private final Locality locality;
        private final ProxylessResources resources = new ProxylessResources();
        private final Map<ResourceKind, SortedMap<String, JsonElement>> found = new EnumMap<>(ResourceKind.class);
        private final SortedSet<String> remarks = new TreeSet<>();

        Collector(ProxylessMesh mesh, String node) {
            this.mesh = mesh;
            this.node = node;
            Locality there = Locality.NONE;
            for (Workload workload : mesh.mesh().workloads().values()) {
                if (!node.isEmpty() && workload.node().equals(node)) {
                    there = workload.locality();
                }
            }
            this.locality = there;
            for (ResourceKind kind : ResourceKind.values()) {
                found.put(kind, new TreeMap<>());
            }
        }

        ProxylessJson collect(String namespace) {
            for (Service service : mesh.mesh().services().values()) {
                String from = namespace.isEmpty() ? service.namespace() : namespace;
                if (service.equals(mesh.service(service.hostname(), from))) {
                    Viewer viewer = viewer(from);
                    for (Port port : service.ports()) {
                        client(viewer, service.hostname(), port.servicePort());
                    }
                }
            }
            for (Workload workload : mesh.mesh().workloads().values()) {
                if (namespace.isEmpty() || namespace.equals(workload.namespace())) {
                    server(workload);
                }
            }
            JsonObject all = new JsonObject();
            // In the order of the messages' names, which is that of the kinds.
            found.forEach((kind, resources) -> {
                JsonObject ofKind = new JsonObject();
                resources.forEach(ofKind::add);
                all.add(kind.message(), ofKind);
            });
            return new ProxylessJson(all, new ArrayList<>(remarks));
        }

        private Viewer viewer(String namespace) {
            Viewer somewhere = Viewer.in(namespace, mesh.settings().domainSuffix());
            return new Viewer(
                    namespace,
                    somewhere.domain(),
                    somewhere.labels(),
                    somewhere.addresses(),
                    somewhere.network(),
                    locality,
                    node);
        }

        private void client(Viewer viewer, String host, int port) {
            add(viewer, ResourceKind.LISTENER, host + ":" + port);
            String name = new ClusterName(port, "", host).toString();
            Generated routes = add(viewer, ResourceKind.ROUTE, name);
            SortedSet<String> clusters = new TreeSet<>(List.of(name));
            if (routes != null) {
                clusters.addAll(clusters(routes));
            }
            for (String cluster : clusters) {
                add(viewer, ResourceKind.CLUSTER, cluster);
                add(viewer, ResourceKind.ENDPOINT, cluster);
            }
        }

        private static List<String> clusters(Generated routes) {
            List<String> clusters = new ArrayList<>();
            try {
                for (VirtualHost host :
                        RouteConfiguration.parseFrom(routes.content()).getVirtualHostsList()) {
                    for (Route route : host.getRoutesList()) {
                        if (route.getRoute().hasWeightedClusters()) {
                            for (ClusterWeight weight :
                                    route.getRoute().getWeightedClusters().getClustersList()) {
                                clusters.add(weight.getName());
                            }
                        } else {
                            clusters.add(route.getRoute().getCluster());
                        }
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("our own encoding of " + routes.name() + " does not decode", e);
            }
            return clusters;
        }

        /** Servers ask by the address that they listen on, which may be all of their own. */
        private void server(Workload workload) {
            SortedSet<Integer> ports = new TreeSet<>();
            for (NamespacedHostname key : workload.services().keySet()) {
                Service service = mesh.mesh().findService(key);
                if (service != null) {
                    for (Port port : service.ports()) {
                        Endpoints.targets(mesh, service, port.servicePort(), DestinationPolicy.NONE).stream()
                                .filter(target -> target.workload().uid().equals(workload.uid()))
                                .forEach(target -> ports.add(target.port()));
                    }
                }
            }
            if (workload.addresses().isEmpty()) {
                return;
            }
            Viewer viewer = new Viewer(
                    workload.namespace(),
                    workload.namespace() + ".svc." + mesh.settings().domainSuffix(),
                    new TreeMap<>(),
                    workload.addresses(),
                    workload.network(),
                    workload.locality(),
                    workload.node(),
                    new Viewer.Claim(
                            workload.workloadType() == WorkloadType.POD ? workload.name() : "",
                            workload.clusterId(),
                            null,
                            false));
            String address = Addresses.print(workload.addresses().getFirst());
            for (int port : ports) {
                add(
                        viewer,
                        ResourceKind.LISTENER,
                        ListenerName.SERVER_PREFIX + (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":"
                                + port);
            }
        }

        private @Nullable Generated add(Viewer viewer, ResourceKind kind, String name) {
            Generated resource = resources.find(mesh, viewer, kind, name);
            if (resource != null) {
                found.computeIfAbsent(kind, _ -> new TreeMap<>()).put(name, json(resource));
                remarks.addAll(resource.remarks());
            }
            return resource;
        }
    }

    private static JsonElement json(Generated resource) {
        try {
            Message message = switch (resource.kind()) {
                case CLUSTER -> Cluster.parseFrom(resource.content());
                case ENDPOINT -> ClusterLoadAssignment.parseFrom(resource.content());
                case LISTENER -> Listener.parseFrom(resource.content());
                case ROUTE -> RouteConfiguration.parseFrom(resource.content());
            };
            return WireJson.sorted(JsonParser.parseString(PRINTER.print(message)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("our own encoding of " + resource.name() + " does not decode", e);
        }
    }
}
