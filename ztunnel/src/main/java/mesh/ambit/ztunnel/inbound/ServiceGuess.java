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
     * leads to {@code targetPort}; null when there is none.
     */
    static @Nullable Service of(MeshSnapshot mesh, Workload local, @Nullable String hint, int targetPort) {
        Service byPort = null;
        for (Map.Entry<NamespacedHostname, List<Port>> entry : local.services().entrySet()) {
            Service service = mesh.findService(entry.getKey());
            if (service == null) {
                continue;
            }
            if (service.hostname().equals(hint)) {
                return service;
            }
            if (byPort == null && (leadsTo(entry.getValue(), targetPort) || leadsTo(service.ports(), targetPort))) {
                byPort = service;
            }
        }
        return byPort;
    }

    private static boolean leadsTo(List<Port> ports, int targetPort) {
        for (Port port : ports) {
            if (port.targetPort() == targetPort) {
                return true;
            }
        }
        return false;
    }
}
