package mesh.ambit.model;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Workloads and services for tests, said briefly. */
final class Meshes {
    private Meshes() {}

    static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    static NetworkAddress at(String text) {
        return new NetworkAddress("", ip(text));
    }

    static NamespacedHostname key(String text) {
        NamespacedHostname key = NamespacedHostname.tryParse(text);
        if (key == null) {
            throw new IllegalArgumentException(text);
        }
        return key;
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

    static Service.Builder service(String key, String... vips) {
        NamespacedHostname parsed = key(key);
        return Service.builder(parsed.namespace(), parsed.hostname())
                .ports(List.of(Port.of(80, 8080)))
                .vips(Arrays.stream(vips).map(Meshes::at).toList());
    }

    static NetworkCidr cidr(String base, int length) {
        return new NetworkCidr("", ip(base), length);
    }

    static MeshSnapshot mesh(MeshResource... resources) {
        return MeshSnapshot.EMPTY.apply(List.of(resources), List.of());
    }
}
