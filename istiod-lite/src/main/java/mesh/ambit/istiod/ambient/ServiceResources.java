package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.istiod.ambient.MeshServices.MeshService;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Service;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.NetworkAddress;

/** Services as clients see them. */
final class ServiceResources {
    private final ObjectSet objects;
    private final String network;

    ServiceResources(ObjectSet objects, String network) {
        this.objects = objects;
        this.network = network;
    }

    mesh.ambit.model.Service of(MeshService service) {
        Service object = service.object();
        return mesh.ambit.model.Service.builder(
                        service.key().namespace(), service.key().hostname())
                .name(object.metadata().name())
                .vips(service.addresses().stream()
                        .map(address -> new NetworkAddress(network, address))
                        .toList())
                .ports(service.ports().ofService())
                .loadBalancing(LoadBalancers.of(
                        object, objects.namespace(object.metadata().namespace())))
                .ipFamilies(families(object.ipFamilies()))
                .canonical(true)
                .build();
    }

    private static IpFamilies families(List<String> families) {
        boolean v4 = families.contains("IPv4");
        boolean v6 = families.contains("IPv6");
        if (v4 && v6) {
            return IpFamilies.DUAL;
        }
        if (v4) {
            return IpFamilies.IPV4_ONLY;
        }
        return v6 ? IpFamilies.IPV6_ONLY : IpFamilies.AUTOMATIC;
    }
}
