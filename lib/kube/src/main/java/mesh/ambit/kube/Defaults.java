package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;

/** Fills in what an API server would, except for cluster IPs, which {@link ClusterIps} assigns. */
public final class Defaults {
    /** The node of a pod that names none. */
    public static final String LOCAL_NODE = "local";

    private static final String TCP = "TCP";

    private Defaults() {}

    /** Returns {@code objects} with defaults in the place of what is not given. */
    public static ObjectSet fill(ObjectSet objects) {
        List<KubeObject> filled = new ArrayList<>();
        for (KubeObject object : objects.all()) {
            filled.add(
                    switch (object) {
                        case Pod pod -> fill(pod);
                        case Service service -> fill(service);
                        case EndpointSlice slice -> fill(slice, objects);
                        case AuthorizationPolicy _,
                                BackendTlsPolicy _,
                                ConfigMap _,
                                DestinationRule _,
                                Gateway _,
                                GatewayClass _,
                                Namespace _,
                                Node _,
                                PeerAuthentication _,
                                ReferenceGrant _,
                                RequestAuthentication _,
                                Route _,
                                ServiceAccount _,
                                ServiceEntry _,
                                Telemetry _,
                                VirtualService _,
                                WorkloadEntry _ -> object;
                    });
        }
        return ObjectSet.of(filled);
    }

    /** Returns {@code pod} with service account, node and port protocols. */
    public static Pod fill(Pod pod) {
        // One that an API server has seen, and that has no node there, has none yet.
        boolean isDeclared = pod.metadata().uid().isEmpty();
        return new Pod(
                pod.metadata(),
                pod.serviceAccountName().isEmpty() ? "default" : pod.serviceAccountName(),
                pod.nodeName().isEmpty() && isDeclared ? LOCAL_NODE : pod.nodeName(),
                pod.hostNetwork(),
                containers(pod.containers()),
                containers(pod.initContainers()),
                pod.status());
    }

    private static List<Pod.Container> containers(List<Pod.Container> containers) {
        List<Pod.Container> filled = new ArrayList<>();
        for (Pod.Container container : containers) {
            filled.add(new Pod.Container(
                    container.name(),
                    container.restartPolicy(),
                    container.ports().stream()
                            .map(port ->
                                    new Pod.ContainerPort(port.name(), port.containerPort(), protocol(port.protocol())))
                            .toList()));
        }
        return filled;
    }

    /** Returns {@code service} with port protocols and target ports. */
    public static Service fill(Service service) {
        List<Service.Port> ports = new ArrayList<>();
        for (Service.Port port : service.ports()) {
            Service.TargetPort target = port.targetPort();
            ports.add(new Service.Port(
                    port.name(),
                    protocol(port.protocol()),
                    port.appProtocol(),
                    port.port(),
                    target == null ? new Service.TargetPort.Numbered(port.port()) : target));
        }
        return service.withPorts(ports);
    }

    private static EndpointSlice fill(EndpointSlice slice, ObjectSet objects) {
        List<EndpointSlice.Endpoint> endpoints = new ArrayList<>();
        for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
            EndpointSlice.TargetRef target = endpoint.targetRef();
            endpoints.add(new EndpointSlice.Endpoint(
                    endpoint.addresses(),
                    endpoint.ready(),
                    target == null ? null : fill(target, slice.metadata().namespace(), objects)));
        }
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (EndpointSlice.Port port : slice.ports()) {
            String name = port.name();
            String protocol = port.protocol();
            ports.add(new EndpointSlice.Port(
                    name == null ? "" : name, port.port(), protocol == null ? TCP : protocol(protocol)));
        }
        return new EndpointSlice(slice.metadata(), slice.addressType(), endpoints, ports);
    }

    /** A slice written by hand cannot know the uid that its pod will get. */
    private static EndpointSlice.TargetRef fill(EndpointSlice.TargetRef target, String namespace, ObjectSet objects) {
        if (!target.kind().equals(Kind.POD.text()) || !target.uid().isEmpty()) {
            return target;
        }
        String podNamespace = target.namespace().isEmpty() ? namespace : target.namespace();
        Pod pod = objects.pod(podNamespace, target.name());
        String uid = pod == null ? "" : pod.metadata().uid();
        return new EndpointSlice.TargetRef(target.kind(), podNamespace, target.name(), uid);
    }

    private static String protocol(String given) {
        return given.isEmpty() ? TCP : given;
    }
}
