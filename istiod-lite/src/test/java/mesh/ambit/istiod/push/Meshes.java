package mesh.ambit.istiod.push;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;

/** Small meshes for the tests of this package. */
final class Meshes {
    private Meshes() {}

    /** Returns pod {@code pier/name} with an address, on a node, behind services named like {@code a}. */
    static Workload pod(String name, String node, String address, String... services) {
        TreeMap<NamespacedHostname, List<Port>> map = new TreeMap<>();
        for (String service : services) {
            map.put(new NamespacedHostname("pier", service + ".pier.svc.cluster.local"), List.of());
        }
        return Workload.builder("Kubernetes//Pod/pier/" + name)
                .name(name)
                .namespace("pier")
                .node(node)
                .addresses(List.of(InetAddress.ofLiteral(address)))
                .services(map)
                .build();
    }

    /** Returns service {@code pier/name.pier.svc.cluster.local}. */
    static Service service(String name, String vip) {
        return Service.builder("pier", name + ".pier.svc.cluster.local")
                .name(name)
                .vips(List.of(new NetworkAddress("", InetAddress.ofLiteral(vip))))
                .build();
    }

    static Policy policy(String name) {
        return new Policy("pier", name, Policy.Scope.NAMESPACE, Policy.Action.ALLOW, List.of(), false);
    }

    /** Returns the mesh of the recorded exchange: same names, same nodes, same addresses. */
    static List<MeshResource> pier() {
        Workload endpoint = Workload.builder("Kubernetes/networking.istio.io/ServiceEntry/pier/cidr/198.51.100.7")
                .namespace("pier")
                .addresses(List.of(InetAddress.ofLiteral("198.51.100.7")))
                .build();
        Workload dual = pod("dual", "node-b", "10.90.0.4").toBuilder()
                .addresses(List.of(InetAddress.ofLiteral("10.90.0.4"), InetAddress.ofLiteral("fd00:90::4")))
                .build();
        Service range = Service.builder("pier", "cidr.example.net")
                .name("cidr")
                .vips(List.of(new NetworkAddress("", InetAddress.ofLiteral("203.0.112.9"))))
                .cidrVips(List.of(new NetworkCidr("", InetAddress.ofLiteral("203.0.113.0"), 24)))
                .build();
        return List.of(
                pod("p-1", "node-a", "10.90.0.1", "a"),
                pod("p-2", "node-b", "10.90.0.2", "a"),
                pod("p-3", "node-b", "10.90.0.3", "b"),
                dual,
                pod("host", "node-b", "172.19.0.2"),
                endpoint,
                service("a", "10.150.0.1"),
                service("b", "10.150.0.2"),
                range);
    }

    static List<Policy> pierPolicies() {
        return List.of(policy("one"), policy("two"));
    }

    /** Returns the first revision that holds something. */
    static Revision revision(Collection<? extends MeshResource> resources, Policy... policies) {
        return after(Revision.NOTHING, resources, policies);
    }

    /** Returns the revision after {@code before} that holds exactly these. */
    static Revision after(Revision before, Collection<? extends MeshResource> resources, Policy... policies) {
        PushState.Next next = before.state().with("test", before.state().deltaTo(resources, List.of(policies)));
        return new Revision(next.state(), before.step().append(next.change()), 0, 0);
    }

    /** Returns {@code resources} with those of the same name replaced by {@code changed}, or with {@code changed} added. */
    static List<MeshResource> with(Collection<? extends MeshResource> resources, MeshResource changed) {
        List<MeshResource> next = without(resources, changed.resourceName());
        next.add(changed);
        return next;
    }

    static List<MeshResource> without(Collection<? extends MeshResource> resources, String name) {
        List<MeshResource> next = new ArrayList<>(resources);
        next.removeIf(resource -> resource.resourceName().equals(name));
        return next;
    }
}
