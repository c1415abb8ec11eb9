package mesh.ambit.ztunnel.inbound;

import java.util.List;
import java.util.Map;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** Which service a connection that has arrived was meant for; telemetry only. */
final class ServiceGuess {
    private ServiceGuess() {}

    /**
     * Returns the service that {@code hint} names if the workload belongs to it, else the first of its services that
     * leads to {@code targetPort}; null when there is none, and for a workload whose record names none.
     */
    static @Nullable Service of(MeshSnapshot mesh, Workload local, @Nullable String hint, int targetPort) {
        if (!local.servicesNamed()) {
            return null;
        }
        Service byPort = null;
        for (Map.Entry<NamespacedHostname, List<Port>> entry : local.services().entrySet()) {
            Service service = mesh.findService(entry.getKey());
            if (service == null) {
                continue;
            }
            if (service.hostname().equals(hint)) {
                return service;
            }
            if (byPort == null && leadsTo(service, entry.getValue(), targetPort)) {
                byPort = service;
            }
        }
        return byPort;
    }

    /**
     * Returns the service that the request itself named, if {@code hint} names it too or it leads to {@code targetPort};
     * else null: no other service comes into question then.
     */
    static @Nullable Service ofNamed(Service named, Workload local, @Nullable String hint, int targetPort) {
        List<Port> ports = local.services().getOrDefault(named.key(), List.of());
        return named.hostname().equals(hint) || leadsTo(named, ports, targetPort) ? named : null;
    }

    /** An endpoint's own ports count only for ports that the service has. */
    private static boolean leadsTo(Service service, List<Port> ofEndpoint, int targetPort) {
        for (Port port : service.ports()) {
            if (port.targetPort() == targetPort) {
                return true;
            }
            for (Port own : ofEndpoint) {
                if (own.servicePort() == port.servicePort() && own.targetPort() == targetPort) {
                    return true;
                }
            }
        }
        return false;
    }
}
