package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.app.MeshLab.Node;

/** A client on one node and, behind a service, an application on another: what most stories begin with. */
final class Shop {
    static final InetAddress VIP = InetAddress.ofLiteral("10.96.0.1");

    final MeshLab mesh;
    final LabPod web;
    final LabPod orders;
    final Node one;
    final Node two;

    Shop(MeshLab mesh) throws IOException {
        this.mesh = mesh;
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        mesh.app(orders, 8080);
        mesh.record("orders", member(orders));
        mesh.service(Service.builder("shop", "orders.shop")
                .vips(List.of(new NetworkAddress("", VIP)))
                .ports(List.of(Port.of(80, 8080)))
                .build());
        one = mesh.node("one");
        two = mesh.node("two");
    }

    /** Returns the record of a pod that belongs to the service. */
    static Workload member(LabPod pod) {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(new NamespacedHostname("shop", "orders.shop"), List.of());
        return pod.workload().services(services).build();
    }

    /** Has the client say a word to the service; empty when nobody answers. */
    String talk() throws IOException {
        return EchoApp.talk(web.namespace(), VIP, 80, "ping");
    }

    /** Says whether the service answers the client. */
    boolean isServed() {
        try {
            return !talk().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
