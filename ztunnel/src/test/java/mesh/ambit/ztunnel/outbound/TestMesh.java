package mesh.ambit.ztunnel.outbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;

/** Workloads and services for tests of routing, said briefly. */
final class TestMesh {
    private TestMesh() {}

    static MeshSnapshot mesh(MeshResource... resources) {
        return MeshSnapshot.EMPTY.apply(List.of(resources), List.of());
    }

    /** A service {@code default/web} at 10.96.0.1 that maps 80 to 8080. */
    static Service.Builder web() {
        return Service.builder("default", "web")
                .ports(List.of(Port.of(80, 8080)))
                .vips(List.of(vip("10.96.0.1")));
    }

    /** A pod on HBONE that is an endpoint of the services named. */
    static Workload.Builder pod(String name, String address, String... services) {
        TreeMap<NamespacedHostname, List<Port>> ports = new TreeMap<>();
        Arrays.stream(services).forEach(service -> ports.put(key(service), List.of()));
        return Workload.builder("Kubernetes//Pod/default/" + name)
                .name(name)
                .namespace("default")
                .serviceAccount(name)
                .addresses(List.of(ip(address)))
                .tunnelProtocol(TunnelProtocol.HBONE)
                .services(ports);
    }

    static NamespacedHostname key(String service) {
        int slash = service.indexOf('/');
        return new NamespacedHostname(service.substring(0, slash), service.substring(slash + 1));
    }

    static NetworkAddress vip(String address) {
        return new NetworkAddress("", ip(address));
    }

    static InetAddress ip(String address) {
        return InetAddress.ofLiteral(address);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(ip(address), port);
    }

    /** Upstream's way to choose, for a connection from 10.0.0.1. */
    static EndpointChoice.Means means(long seed) {
        return new EndpointChoice.Means(
                Balancing.Rules.UPSTREAM, EndpointLoad.NONE, ip("10.0.0.1"), null, new Random(seed));
    }
}
