package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the objects of Kubernetes itself. */
final class CoreObjects {
    static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");
    static final Set<String> FAMILIES = Set.of("IPv4", "IPv6");

    private final Reading reading;

    CoreObjects(Reading reading) {
        this.reading = reading;
    }

    private boolean checked() {
        return reading == Reading.CHECKED;
    }

    Pod pod(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        String serviceAccount = spec.text("serviceAccountName");
        String nodeName = spec.text("nodeName");
        if (checked()) {
            if (!serviceAccount.isEmpty()) {
                Checks.subdomain(spec, "serviceAccountName", serviceAccount);
            }
            if (!nodeName.isEmpty()) {
                Checks.subdomain(spec, "nodeName", nodeName);
            }
        }
        Set<String> names = new HashSet<>();
        return new Pod(
                meta,
                serviceAccount,
                nodeName,
                spec.flag("hostNetwork"),
                containers(spec, "containers", names),
                containers(spec, "initContainers", names),
                podStatus(object.childOrEmpty("status")));
    }

    private List<Pod.Container> containers(Fields spec, String name, Set<String> containerNames) {
        List<Pod.Container> containers = new ArrayList<>();
        for (Fields container : spec.children(name)) {
            List<Pod.ContainerPort> ports = new ArrayList<>();
            Set<String> portNames = new HashSet<>();
            for (Fields port : container.children("ports")) {
                Pod.ContainerPort read =
                        new Pod.ContainerPort(port.text("name"), port.number("containerPort"), port.text("protocol"));
                if (checked()) {
                    Checks.port(port, "containerPort", read.containerPort());
                    Checks.portName(port, "name", read.name());
                    Checks.oneOf(port, "protocol", read.protocol(), PROTOCOLS);
                    if (!read.name().isEmpty() && !portNames.add(read.name())) {
                        port.found(
                                ProblemCode.CONFLICTING_FIELDS,
                                "name",
                                "\"" + read.name() + "\" is there already",
                                "give each port of a container a name of its own");
                    }
                }
                ports.add(read);
            }
            String containerName = container.text("name");
            if (checked() && !containerName.isEmpty()) {
                Checks.label(container, "name", containerName);
                if (!containerNames.add(containerName)) {
                    container.found(
                            ProblemCode.CONFLICTING_FIELDS,
                            "name",
                            "\"" + containerName + "\" is there already",
                            "give each container a name of its own");
                }
            }
            containers.add(new Pod.Container(containerName, container.text("restartPolicy"), ports));
        }
        return containers;
    }

    private Pod.Status podStatus(Fields status) {
        List<String> podIps = new ArrayList<>();
        for (Fields podIp : status.children("podIPs")) {
            String ip = podIp.text("ip");
            if (checked() && IpText.parse(ip) == null) {
                podIp.found(ProblemCode.INVALID_ADDRESS, "ip", "\"" + ip + "\" is not an IP address", "");
            }
            podIps.add(ip);
        }
        String podIp = status.text("podIP");
        if (checked() && !podIp.isEmpty() && IpText.parse(podIp) == null) {
            status.found(ProblemCode.INVALID_ADDRESS, "podIP", "\"" + podIp + "\" is not an IP address", "");
        }
        boolean ready = false;
        for (Fields condition : status.children("conditions")) {
            if (condition.text("type").equals("Ready")) {
                // Of several conditions of one type the first counts.
                ready = condition.text("status").equals("True");
                break;
            }
        }
        return new Pod.Status(status.text("phase"), podIp, podIps, ready);
    }

    Service service(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        Service service = new Service(
                meta,
                spec.text("type"),
                spec.text("clusterIP"),
                spec.textList("clusterIPs"),
                spec.textList("ipFamilies"),
                spec.text("ipFamilyPolicy"),
                spec.texts("selector"),
                servicePorts(spec),
                spec.text("trafficDistribution"),
                spec.text("internalTrafficPolicy"),
                spec.flag("publishNotReadyAddresses"));
        if (checked()) {
            ServiceChecks.check(spec, service);
        }
        return service;
    }

    private List<Service.Port> servicePorts(Fields spec) {
        List<Service.Port> ports = new ArrayList<>();
        for (Fields port : spec.children("ports")) {
            Service.Port read = new Service.Port(
                    port.text("name"),
                    port.text("protocol"),
                    port.textOrNull("appProtocol"),
                    port.number("port"),
                    port.targetPort("targetPort"));
            if (checked()) {
                ServiceChecks.port(port, read);
            }
            ports.add(read);
        }
        return ports;
    }

    EndpointSlice endpointSlice(Fields object, ObjectMeta meta) {
        String addressType = object.text("addressType");
        List<EndpointSlice.Endpoint> endpoints = new ArrayList<>();
        for (Fields endpoint : object.children("endpoints")) {
            List<String> addresses = endpoint.textList("addresses");
            endpoints.add(new EndpointSlice.Endpoint(
                    addresses, endpoint.childOrEmpty("conditions").flagOrNull("ready"), targetRef(endpoint)));
        }
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (Fields port : object.children("ports")) {
            ports.add(new EndpointSlice.Port(
                    port.textOrNull("name"), port.numberOrNull("port"), port.textOrNull("protocol")));
        }
        EndpointSlice slice = new EndpointSlice(meta, addressType, endpoints, ports);
        if (checked()) {
            SliceChecks.check(object, slice);
        }
        return slice;
    }

    private static EndpointSlice.@Nullable TargetRef targetRef(Fields endpoint) {
        Fields target = endpoint.child("targetRef");
        return target == null
                ? null
                : new EndpointSlice.TargetRef(
                        target.text("kind"), target.text("namespace"), target.text("name"), target.text("uid"));
    }
}
