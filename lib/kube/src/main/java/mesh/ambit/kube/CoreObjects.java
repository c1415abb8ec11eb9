package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the objects of Kubernetes itself. */
final class CoreObjects {
    private static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");
    private static final Set<String> FAMILIES = Set.of("IPv4", "IPv6");

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
        return new Pod(
                meta,
                serviceAccount,
                nodeName,
                spec.flag("hostNetwork"),
                containers(spec, "containers"),
                containers(spec, "initContainers"),
                podStatus(object.childOrEmpty("status")));
    }

    private List<Pod.Container> containers(Fields spec, String name) {
        List<Pod.Container> containers = new ArrayList<>();
        for (Fields container : spec.children(name)) {
            List<Pod.ContainerPort> ports = new ArrayList<>();
            for (Fields port : container.children("ports")) {
                Pod.ContainerPort read =
                        new Pod.ContainerPort(port.text("name"), port.number("containerPort"), port.text("protocol"));
                if (checked()) {
                    Checks.port(port, "containerPort", read.containerPort());
                    Checks.portName(port, "name", read.name());
                    Checks.oneOf(port, "protocol", read.protocol(), PROTOCOLS);
                }
                ports.add(read);
            }
            containers.add(new Pod.Container(container.text("name"), container.text("restartPolicy"), ports));
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
            checkService(spec, service);
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
                Checks.port(port, "port", read.port());
                Checks.oneOf(port, "protocol", read.protocol(), PROTOCOLS);
                switch (read.targetPort()) {
                    case null -> {}
                    case Service.TargetPort.Numbered target -> Checks.port(port, "targetPort", target.port());
                    case Service.TargetPort.Named target -> Checks.portName(port, "targetPort", target.name());
                }
            }
            ports.add(read);
        }
        return ports;
    }

    private void checkService(Fields spec, Service service) {
        Checks.oneOf(spec, "type", service.type(), Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"));
        Checks.oneOf(spec, "internalTrafficPolicy", service.internalTrafficPolicy(), Set.of("Cluster", "Local"));
        Checks.oneOf(
                spec,
                "ipFamilyPolicy",
                service.ipFamilyPolicy(),
                Set.of("SingleStack", "PreferDualStack", "RequireDualStack"));
        Checks.labels(spec, "selector", service.selector());
        for (int i = 0; i < service.ipFamilies().size(); i++) {
            if (!FAMILIES.contains(service.ipFamilies().get(i))) {
                spec.foundItem(
                        ProblemCode.INVALID_VALUE,
                        "ipFamilies",
                        i,
                        "\"" + service.ipFamilies().get(i) + "\" is no address family",
                        "expected IPv4 or IPv6");
            }
        }
        if (!service.isHeadless()) {
            if (!service.clusterIp().isEmpty() && IpText.parse(service.clusterIp()) == null) {
                spec.found(
                        ProblemCode.INVALID_ADDRESS,
                        "clusterIP",
                        "\"" + service.clusterIp() + "\" is not an IP address",
                        "expected an address, None, or nothing to have one assigned");
            }
            Checks.addresses(spec, "clusterIPs", service.clusterIps());
        }
        Set<String> taken = new HashSet<>();
        for (Fields port : spec.children("ports")) {
            String name = port.text("name");
            if (!taken.add(name)) {
                port.foundHere(
                        ProblemCode.CONFLICTING_FIELDS,
                        name.isEmpty() ? "one of several ports has no name" : "two ports have the name " + name,
                        "give each port of a service a name of its own");
            }
        }
        if (service.ports().isEmpty() && !service.isHeadless() && !service.isExternalName()) {
            spec.found(ProblemCode.MISSING_FIELD, "ports", "a service with an address needs a port", "");
        }
    }

    EndpointSlice endpointSlice(Fields object, ObjectMeta meta) {
        String addressType = object.text("addressType");
        if (checked()) {
            if (addressType.isEmpty()) {
                object.found(ProblemCode.MISSING_FIELD, "addressType", "missing", "expected one of FQDN, IPv4, IPv6");
            }
            Checks.oneOf(object, "addressType", addressType, Set.of("IPv4", "IPv6", "FQDN"));
        }
        List<EndpointSlice.Endpoint> endpoints = new ArrayList<>();
        for (Fields endpoint : object.children("endpoints")) {
            List<String> addresses = endpoint.textList("addresses");
            if (checked() && FAMILIES.contains(addressType)) {
                checkFamily(endpoint, addresses, addressType);
            }
            endpoints.add(new EndpointSlice.Endpoint(
                    addresses, endpoint.childOrEmpty("conditions").flagOrNull("ready"), targetRef(endpoint)));
        }
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (Fields port : object.children("ports")) {
            Integer number = port.numberOrNull("port");
            if (checked() && number != null) {
                Checks.port(port, "port", number);
            }
            ports.add(new EndpointSlice.Port(port.textOrNull("name"), number, port.textOrNull("protocol")));
        }
        return new EndpointSlice(meta, addressType, endpoints, ports);
    }

    private static void checkFamily(Fields endpoint, List<String> addresses, String family) {
        for (int i = 0; i < addresses.size(); i++) {
            String address = addresses.get(i);
            boolean holds = family.equals("IPv4") ? IpText.isV4(address) : IpText.isV6(address);
            if (!holds) {
                endpoint.foundItem(
                        ProblemCode.INVALID_ADDRESS,
                        "addresses",
                        i,
                        "\"" + address + "\" is not an " + family + " address",
                        "");
            }
        }
    }

    private static EndpointSlice.@Nullable TargetRef targetRef(Fields endpoint) {
        Fields target = endpoint.child("targetRef");
        return target == null
                ? null
                : new EndpointSlice.TargetRef(
                        target.text("kind"), target.text("namespace"), target.text("name"), target.text("uid"));
    }
}
