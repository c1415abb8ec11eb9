package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.model.Port;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a Service or a ServiceEntry, and where they lead in each of its endpoints.
 *
 * <p>As upstream does, the names of a port are kept by its number without the protocol: where two ports share a number,
 * the last one's names count for both.
 *
 * @param ofEntry whether a ServiceEntry has them, where no port leads to a name but its own name may be one of the pod's
 * @param ofService the ports as the Service itself has them: a target that is a name or absent is 0
 */
record ServicePorts(boolean ofEntry, List<Port> ofService, Map<Integer, Names> names) {
    private static final String TCP = "TCP";
    private static final String SIDECAR_RESTART_POLICY = "Always";

    ServicePorts {
        ofService = List.copyOf(ofService);
        names = Map.copyOf(names);
    }

    /** The name of a port, and of the container port it leads to; the latter empty when a number says where. */
    record Names(String port, String target) {}

    static ServicePorts of(Service service) {
        List<Port> ports = new ArrayList<>();
        Map<Integer, Names> names = new TreeMap<>();
        for (Service.Port port : service.ports()) {
            int target = port.targetPort() instanceof Service.TargetPort.Numbered numbered ? numbered.port() : 0;
            String targetName = port.targetPort() instanceof Service.TargetPort.Named named ? named.name() : "";
            ports.add(new Port(port.port(), target, AppProtocols.of(port)));
            names.put(port.port(), new Names(port.name(), targetName));
        }
        return new ServicePorts(false, ports, names);
    }

    static ServicePorts of(ServiceEntry entry) {
        List<Port> ports = new ArrayList<>();
        Map<Integer, Names> names = new TreeMap<>();
        for (ServiceEntry.Port port : entry.ports()) {
            ports.add(new Port(port.number(), port.target(), AppProtocols.of(port)));
            names.put(port.number(), new Names(port.name(), ""));
        }
        return new ServicePorts(true, ports, names);
    }

    /** Returns where the ports lead in a pod. A port that names a container port the pod lacks is left out. */
    List<Port> in(Pod pod) {
        List<Port> resolved = new ArrayList<>();
        for (Port port : ofService) {
            Integer number = target(port, pod);
            if (number != null) {
                resolved.add(Port.of(port.servicePort(), number));
            }
        }
        return resolved;
    }

    private @Nullable Integer target(Port port, Pod pod) {
        Names named = names(port);
        if (ofEntry) {
            Integer number = named.port().isEmpty() ? null : containerPort(pod, named.port());
            return number == null ? Integer.valueOf(port.targetPort()) : number;
        }
        return named.target().isEmpty() ? Integer.valueOf(port.targetPort()) : containerPort(pod, named.target());
    }

    /** Returns where the ports lead in an endpoint that gives numbers for names. */
    List<Port> in(WorkloadEntry.Endpoint endpoint) {
        List<Port> resolved = new ArrayList<>();
        for (Port port : ofService) {
            Names named = names(port);
            Integer number = named.target().isEmpty()
                    ? Integer.valueOf(endpoint.ports().getOrDefault(named.port(), port.targetPort()))
                    : endpoint.ports().get(named.target());
            if (number != null) {
                resolved.add(Port.of(port.servicePort(), number));
            }
        }
        return resolved;
    }

    /** Returns where the ports lead in the endpoints of a slice: to the slice's TCP port of the same name. */
    List<Port> in(EndpointSlice slice) {
        List<Port> resolved = new ArrayList<>();
        for (EndpointSlice.Port port : slice.ports()) {
            Integer number = port.port();
            if (port.name() != null && number != null && TCP.equals(port.protocol())) {
                for (Port own : ofService) {
                    if (names(own).port().equals(port.name())) {
                        resolved.add(Port.of(own.servicePort(), number));
                        break;
                    }
                }
            }
        }
        return resolved;
    }

    private Names names(Port port) {
        return names.getOrDefault(port.servicePort(), new Names("", ""));
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
