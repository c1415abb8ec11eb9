package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an API server refuses in services, of what is read of them and what stands beside it. */
final class ServiceChecks {
    private static final String NONE = "None";
    private static final int MAX_FAMILIES = 2;

    private ServiceChecks() {}

    static void check(Fields spec, Service service) {
        Checks.oneOf(spec, "type", service.type(), Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"));
        Checks.oneOf(spec, "internalTrafficPolicy", service.internalTrafficPolicy(), Set.of("Cluster", "Local"));
        Checks.oneOf(spec, "externalTrafficPolicy", spec.text("externalTrafficPolicy"), Set.of("Cluster", "Local"));
        Checks.oneOf(spec, "sessionAffinity", spec.text("sessionAffinity"), Set.of("None", "ClientIP"));
        Checks.oneOf(
                spec,
                "trafficDistribution",
                service.trafficDistribution(),
                Set.of("PreferClose", "PreferSameZone", "PreferSameNode"));
        Checks.oneOf(
                spec,
                "ipFamilyPolicy",
                service.ipFamilyPolicy(),
                Set.of("SingleStack", "PreferDualStack", "RequireDualStack"));
        Checks.labels(spec, "selector", service.selector());
        families(spec, service.ipFamilies());
        if (service.isExternalName()) {
            external(spec);
        } else {
            clusterIps(spec, service);
        }
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        List<Fields> ports = spec.children("ports");
        for (int i = 0; i < ports.size(); i++) {
            Service.Port port = service.ports().get(i);
            if (!names.add(port.name()) || (port.name().isEmpty() && ports.size() > 1 && i > 0)) {
                ports.get(i)
                        .foundHere(
                                ProblemCode.CONFLICTING_FIELDS,
                                port.name().isEmpty()
                                        ? "one of several ports has no name"
                                        : "two ports have the name " + port.name(),
                                "give each port of a service a name of its own");
            } else if (i == 0 && port.name().isEmpty() && named(service)) {
                ports.get(i)
                        .found(ProblemCode.MISSING_FIELD, "name", "one of several ports has no name", "give it one");
            }
            String protocol = port.protocol().isEmpty() ? "TCP" : port.protocol();
            if (!numbers.add(port.port() + "/" + protocol)) {
                ports.get(i)
                        .found(
                                ProblemCode.CONFLICTING_FIELDS,
                                "port",
                                port.port() + "/" + protocol + " is there already",
                                "each port of a service has a number or protocol of its own");
            }
        }
        if (service.ports().isEmpty() && !service.isHeadless() && !service.isExternalName()) {
            spec.found(ProblemCode.MISSING_FIELD, "ports", "a service with an address needs a port", "");
        }
    }

    private static boolean named(Service service) {
        return service.ports().stream().anyMatch(port -> !port.name().isEmpty());
    }

    /** Checks one port. */
    static void port(Fields fields, Service.Port port) {
        Checks.port(fields, "port", port.port());
        Checks.oneOf(fields, "protocol", port.protocol(), CoreObjects.PROTOCOLS);
        if (!port.name().isEmpty()) {
            Checks.label(fields, "name", port.name());
        }
        String application = port.appProtocol();
        if (application != null) {
            Checks.qualifiedName(fields, "appProtocol", application);
        }
        switch (port.targetPort()) {
            case null -> {}
            case Service.TargetPort.Numbered target -> Checks.port(fields, "targetPort", target.port());
            case Service.TargetPort.Named target -> Checks.portName(fields, "targetPort", target.name());
        }
    }

    private static void families(Fields spec, List<String> families) {
        for (int i = 0; i < families.size(); i++) {
            if (!CoreObjects.FAMILIES.contains(families.get(i))) {
                spec.foundItem(
                        ProblemCode.INVALID_VALUE,
                        "ipFamilies",
                        i,
                        "\"" + families.get(i) + "\" is no address family",
                        "expected IPv4 or IPv6");
            }
        }
        if (Set.copyOf(families).size() != families.size()) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "ipFamilies", "one is there twice", "name each once");
        }
    }

    private static void external(Fields spec) {
        String name = spec.text("externalName");
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        Checks.subdomain(spec, "externalName", bare);
        for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if (spec.has(field)
                    && !(field.equals("clusterIP") && spec.text(field).isEmpty())) {
                spec.found(
                        ProblemCode.CONFLICTING_FIELDS,
                        field,
                        "stands with type ExternalName",
                        "remove it, or the type");
            }
        }
    }

    private static void clusterIps(Fields spec, Service service) {
        String first = service.clusterIp();
        List<String> all = service.clusterIps();
        if (!service.isHeadless()) {
            if (!first.isEmpty() && IpText.parse(first) == null) {
                spec.found(
                        ProblemCode.INVALID_ADDRESS,
                        "clusterIP",
                        "\"" + first + "\" is not an IP address",
                        "expected an address, None, or nothing to have one assigned");
            }
            Checks.addresses(spec, "clusterIPs", all);
        }
        if (!all.isEmpty() && !all.getFirst().equals(first)) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "clusterIPs",
                    first.isEmpty() ? "stands without clusterIP" : "begins with another address than clusterIP",
                    "clusterIP is the first of clusterIPs");
        }
        boolean sameFamily = all.size() == MAX_FAMILIES && IpText.isV4(all.getFirst()) == IpText.isV4(all.getLast());
        if (all.size() > MAX_FAMILIES || sameFamily || (all.size() > 1 && all.contains(NONE))) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "clusterIPs",
                    "more than an address of each family",
                    "one for IPv4 and one for IPv6 at most");
        }
    }
}
