package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.model.Port;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a Service, and where they lead in each of its endpoints.
 *
 * <p>As upstream does, the names of a port are kept by its number without the protocol: where two ports share a number,
 * the last one's names count for both.
 */
final class ServicePorts {
    private static final String TCP = "TCP";
    private static final String SIDECAR_RESTART_POLICY = "Always";

    private final List<Port> ports = new ArrayList<>();
    private final Map<Integer, Names> names = new HashMap<>();

    ServicePorts(Service service) {
        for (Service.Port port : service.ports()) {
            int target = port.targetPort() instanceof Service.TargetPort.Numbered numbered ? numbered.port() : 0;
            String targetName = port.targetPort() instanceof Service.TargetPort.Named named ? named.name() : "";
            ports.add(new Port(port.port(), target, AppProtocols.of(port)));
            names.put(port.port(), new Names(port.name(), targetName));
        }
    }

    /** The name of a port, and of the container port it leads to; the latter empty when a number says where. */
    private record Names(String port, String target) {}

    /** Returns the ports as the Service itself has them: a target that is a name or absent is 0. */
    List<Port> ofService() {
        return List.copyOf(ports);
    }

    /** Returns where the ports lead in a pod. A port that names a container port the pod lacks is left out. */
    List<Port> in(Pod pod) {
        List<Port> resolved = new ArrayList<>();
        for (Port port : ports) {
            String target = names(port).target();
            Integer number = target.isEmpty() ? Integer.valueOf(port.targetPort()) : containerPort(pod, target);
            if (number != null) {
                resolved.add(Port.of(port.servicePort(), number));
            }
        }
        return resolved;
    }

    /** Returns where the ports lead in the endpoints of a slice: to the slice's TCP port of the same name. */
    List<Port> in(EndpointSlice slice) {
        List<Port> resolved = new ArrayList<>();
        for (Port port : ports) {
            Integer number = slicePort(slice, names(port).port());
            if (number != null) {
                resolved.add(Port.of(port.servicePort(), number));
            }
        }
        return resolved;
    }

    private Names names(Port port) {
        return names.getOrDefault(port.servicePort(), new Names("", ""));
    }

    private static @Nullable Integer slicePort(EndpointSlice slice, String name) {
        for (EndpointSlice.Port port : slice.ports()) {
            if (name.equals(port.name()) && port.port() != null && TCP.equals(port.protocol())) {
                return port.port();
            }
        }
        return null;
    }

    private static @Nullable Integer containerPort(Pod pod, String name) {
        for (Pod.Container container : pod.containers()) {
            Integer port = containerPort(container, name);
            if (port != null) {
                return port;
            }
        }
        for (Pod.Container container : pod.initContainers()) {
            if (container.restartPolicy().equals(SIDECAR_RESTART_POLICY)) {
                Integer port = containerPort(container, name);
                if (port != null) {
                    return port;
                }
            }
        }
        return null;
    }

    private static @Nullable Integer containerPort(Pod.Container container, String name) {
        for (Pod.ContainerPort port : container.ports()) {
            if (port.name().equals(name) && port.protocol().equals(TCP)) {
                return port.containerPort();
            }
        }
        return null;
    }
}
