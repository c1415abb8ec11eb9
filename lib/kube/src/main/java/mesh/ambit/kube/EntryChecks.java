package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import mesh.ambit.kube.ServiceEntry.Resolution;
import mesh.ambit.kube.WorkloadEntry.Endpoint;

/** What upstream's admission webhook refuses in ServiceEntries and WorkloadEntries, beyond types. */
final class EntryChecks {
    private static final String SOCKET = "unix://";
    private static final Set<String> HTTP = Set.of("http", "http2", "grpc", "grpc-web", "http_proxy");
    private static final Set<String> TLS = Set.of("https", "tls");
    private static final Set<String> OTHER = Set.of("", "tcp", "udp", "mongo", "redis", "mysql");
    private static final Set<String> DYNAMIC = Set.of("http", "tls", "grpc", "http2");

    private static final String USE_WAYPOINT = "istio.io/use-waypoint";

    private EntryChecks() {}

    static void serviceEntry(Fields spec, ServiceEntry read) {
        hosts(spec, read);
        addresses(spec, read);
        ports(spec, read);
        if (read.workloadSelector() != null && !read.endpoints().isEmpty()) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "workloadSelector",
                    "stands beside endpoints",
                    "use one of the two");
        }
        switch (read.resolution()) {
            case NONE -> without(spec, "endpoints", !read.endpoints().isEmpty(), "NONE");
            case STATIC -> addressed(spec.children("endpoints"), read);
            case DNS, DNS_ROUND_ROBIN -> dns(spec, read);
            case DYNAMIC_DNS -> dynamic(spec, read);
        }
        List<Fields> endpoints = spec.children("endpoints");
        for (int i = 0; i < Math.min(endpoints.size(), read.endpoints().size()); i++) {
            endpoint(endpoints.get(i), read.endpoints().get(i));
            portsOf(endpoints.get(i), read.endpoints().get(i), read);
        }
        Exports.check(spec, read.metadata().namespace(), read.exportTo(), true);
    }

    /** Checks that every endpoint can be found without asking DNS. */
    private static void addressed(List<Fields> endpoints, ServiceEntry read) {
        for (int i = 0; i < Math.min(endpoints.size(), read.endpoints().size()); i++) {
            String address = read.endpoints().get(i).address();
            if (!address.isEmpty() && !address.startsWith(SOCKET) && !Hosts.isAddress(address)) {
                endpoints
                        .get(i)
                        .found(
                                ProblemCode.INVALID_ADDRESS,
                                "address",
                                "\"" + address + "\" is not an IP address",
                                "use resolution DNS for host names");
            }
        }
    }

    /** Checks that an endpoint has ports of its entry only. */
    private static void portsOf(Fields fields, Endpoint endpoint, ServiceEntry read) {
        Set<String> names = read.ports().stream().map(ServiceEntry.Port::name).collect(Collectors.toSet());
        for (String name : endpoint.ports().keySet()) {
            if (!names.contains(name)) {
                fields.foundEntry(ProblemCode.INVALID_NAME, "ports", name, "the entry has no port of that name", "");
            }
        }
        if (endpoint.address().startsWith(SOCKET) && names.size() != 1) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "address", "a socket serves exactly one port", "");
        }
    }

    /** Checks an endpoint, which a WorkloadEntry is too. */
    static void endpoint(Fields fields, Endpoint read) {
        String address = read.address();
        Checks.instanceLabels(fields, "labels", read.labels());
        if (address.isEmpty()) {
            if (read.network().isEmpty()) {
                fields.found(
                        ProblemCode.MISSING_FIELD,
                        "address",
                        "an endpoint needs an address",
                        "or a network to be found in");
            }
        }
        for (String name : read.ports().keySet()) {
            if (!Hosts.isLabel(name)) {
                fields.foundEntry(ProblemCode.INVALID_NAME, "ports", name, "\"" + name + "\" is not a name", "");
            }
        }
        if (address.startsWith(SOCKET)) {
            if (!read.ports().isEmpty()) {
                fields.found(ProblemCode.CONFLICTING_FIELDS, "ports", "a socket has no ports", "remove them");
            }
            return;
        }
        if (!address.isEmpty() && !Hosts.isAddress(address) && !Hosts.isResolvable(address)) {
            fields.found(
                    ProblemCode.INVALID_ADDRESS,
                    "address",
                    "\"" + address + "\" is neither an IP address nor a host name",
                    "");
        }
    }

    private static void hosts(Fields spec, ServiceEntry read) {
        if (read.hosts().isEmpty()) {
            spec.found(ProblemCode.MISSING_FIELD, "hosts", "a ServiceEntry needs a host", "");
        }
        for (int i = 0; i < read.hosts().size(); i++) {
            String host = read.hosts().get(i);
            if (!Hosts.isHost(host) || host.equals("*")) {
                spec.foundItem(
                        ProblemCode.INVALID_NAME,
                        "hosts",
                        i,
                        "\"" + host + "\" is not a host",
                        "expected a name with dots, perhaps after an asterisk");
            }
        }
    }

    private static void addresses(Fields spec, ServiceEntry read) {
        Checks.ranges(spec, "addresses", read.addresses());
        boolean ranges = read.addresses().stream().anyMatch(address -> address.contains("/"));
        if (ranges && read.resolution().isDns()) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "addresses",
                    "ranges stand with resolution " + read.resolution(),
                    "only NONE and STATIC take ranges");
        }
    }

    private static void ports(Fields spec, ServiceEntry read) {
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        List<Fields> ports = spec.children("ports");
        boolean severalHosts = read.hosts().size() > 1 && read.resolution() != Resolution.NONE;
        for (int i = 0; i < Math.min(ports.size(), read.ports().size()); i++) {
            Fields fields = ports.get(i);
            ServiceEntry.Port port = read.ports().get(i);
            String protocol = port.protocol().toLowerCase(Locale.ROOT);
            if (!numbers.add(port.number())) {
                fields.found(ProblemCode.CONFLICTING_FIELDS, "number", port.number() + " is there already", "");
            }
            if (!names.add(port.name())) {
                fields.found(ProblemCode.CONFLICTING_FIELDS, "name", "\"" + port.name() + "\" is there already", "");
            }
            if (port.name().isEmpty()) {
                fields.found(ProblemCode.MISSING_FIELD, "name", "a port needs a name", "for example http");
            } else if (!Hosts.isLabel(port.name())) {
                fields.found(
                        ProblemCode.INVALID_NAME,
                        "name",
                        "\"" + port.name() + "\" is not a name for a port",
                        "expected letters, digits and inner hyphens, at most 63 characters");
            }
            if (port.targetPort() != 0) {
                Checks.port(fields, "targetPort", port.targetPort());
            }
            boolean tellsHosts = HTTP.contains(protocol) || TLS.contains(protocol);
            if (!tellsHosts && !OTHER.contains(protocol)) {
                fields.found(
                        ProblemCode.INVALID_VALUE,
                        "protocol",
                        "\"" + port.protocol() + "\" is no protocol",
                        "for example HTTP, HTTPS, GRPC, TLS or TCP");
            } else if (severalHosts && !tellsHosts) {
                fields.found(
                        ProblemCode.CONFLICTING_FIELDS,
                        "protocol",
                        "several hosts cannot be told apart on it",
                        "use HTTP or TLS, or one entry for each host");
            }
        }
    }

    private static void dns(Fields spec, ServiceEntry read) {
        boolean resolvable = read.hosts().stream().allMatch(Hosts::isResolvable);
        if (read.endpoints().isEmpty() && !resolvable) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "hosts",
                    "DNS cannot be asked for one of them, as for a wildcard",
                    "name endpoints, or use resolution DYNAMIC_DNS");
        }
        List<Fields> endpoints = spec.children("endpoints");
        for (int i = 0; i < Math.min(endpoints.size(), read.endpoints().size()); i++) {
            if (read.endpoints().get(i).address().isEmpty()) {
                endpoints
                        .get(i)
                        .found(
                                ProblemCode.MISSING_FIELD,
                                "address",
                                "an endpoint with resolution " + read.resolution() + " needs an address",
                                "a network to be found in is enough with resolution STATIC");
            }
        }
        if (read.endpoints().stream().anyMatch(endpoint -> endpoint.address().startsWith(SOCKET))) {
            spec.found(
                    ProblemCode.INVALID_ADDRESS,
                    "endpoints",
                    "a socket stands with resolution " + read.resolution(),
                    "use resolution STATIC");
        }
        if (read.resolution() == Resolution.DNS_ROUND_ROBIN && read.endpoints().size() > 1) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "endpoints",
                    "resolution DNS_ROUND_ROBIN takes one endpoint at most",
                    "use resolution DNS");
        }
    }

    private static void dynamic(Fields spec, ServiceEntry read) {
        without(spec, "addresses", !read.addresses().isEmpty(), "DYNAMIC_DNS");
        without(spec, "endpoints", !read.endpoints().isEmpty(), "DYNAMIC_DNS");
        for (int i = 0; i < read.hosts().size(); i++) {
            if (!read.hosts().get(i).startsWith("*")) {
                spec.foundItem(
                        ProblemCode.INVALID_VALUE,
                        "hosts",
                        i,
                        "resolution DYNAMIC_DNS is for wildcards",
                        "use resolution DNS");
            }
        }
        for (int i = 0; i < read.ports().size(); i++) {
            if (!DYNAMIC.contains(read.ports().get(i).protocol().toLowerCase(Locale.ROOT))) {
                spec.foundItem(
                        ProblemCode.INVALID_VALUE,
                        "ports",
                        i,
                        "resolution DYNAMIC_DNS needs a protocol that names the host",
                        "expected HTTP, HTTP2, GRPC or TLS");
            }
        }
        String waypoint = read.metadata().labels().getOrDefault(USE_WAYPOINT, "");
        if (spec.text("location").equals("MESH_INTERNAL")
                && !waypoint.isEmpty()
                && !waypoint.equalsIgnoreCase("none")) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "location",
                    "MESH_INTERNAL stands with resolution DYNAMIC_DNS and the waypoint \"" + waypoint + "\"",
                    "expected MESH_EXTERNAL");
        }
    }

    private static void without(Fields spec, String name, boolean isThere, String resolution) {
        if (isThere) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    name,
                    "stands with resolution " + resolution,
                    "remove it, or use another resolution");
        }
    }
}
