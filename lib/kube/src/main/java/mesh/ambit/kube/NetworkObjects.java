package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.ServiceEntry.HostAddress;
import mesh.ambit.kube.ServiceEntry.Resolution;
import mesh.ambit.kube.WorkloadEntry.Endpoint;
import org.jspecify.annotations.Nullable;

/** Reads gateways, and what Istio adds to the services of Kubernetes. */
final class NetworkObjects {
    private static final List<String> RESOLUTIONS = List.of("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS");
    private static final Set<String> FROM = Set.of("All", "Selector", "Same", "None");

    private final Reading reading;

    NetworkObjects(Reading reading) {
        this.reading = reading;
    }

    private boolean checked() {
        return reading == Reading.CHECKED;
    }

    ConfigMap configMap(Fields object, ObjectMeta meta) {
        ConfigMap map = new ConfigMap(meta, object.texts("data"));
        String mesh = map.data().get("mesh");
        // Under any reading: settings that cannot be read must not turn into the defaults, for a whole mesh at once.
        if (mesh != null && (meta.name().equals("istio") || meta.name().startsWith("istio-"))) {
            for (Problem problem : MeshConfig.parse(mesh, "").problems()) {
                object.childOrEmpty("data").found(problem.code(), "mesh", problem.message(), problem.remedy());
            }
        }
        return map;
    }

    GatewayClass gatewayClass(Fields object, ObjectMeta meta) {
        return new GatewayClass(meta, object.childOrEmpty("spec").text("controllerName"));
    }

    Gateway gateway(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<Gateway.Listener> listeners = new ArrayList<>();
        for (Fields listener : spec.children("listeners")) {
            Fields namespaces = listener.childOrEmpty("allowedRoutes").childOrEmpty("namespaces");
            Fields selector = namespaces.child("selector");
            Gateway.Listener read = new Gateway.Listener(
                    listener.text("name"),
                    listener.number("port"),
                    listener.text("protocol"),
                    listener.childOrEmpty("tls").text("mode"),
                    namespaces.text("from"),
                    selector == null ? null : Selectors.read(selector),
                    listener.text("hostname"),
                    kinds(listener.childOrEmpty("allowedRoutes")));
            if (checked()) {
                Checks.port(listener, "port", read.port());
                Checks.oneOf(namespaces, "from", read.allowedFrom(), FROM);
            }
            listeners.add(read);
        }
        List<Gateway.Address> addresses = new ArrayList<>();
        for (Fields address : object.childOrEmpty("status").children("addresses")) {
            addresses.add(new Gateway.Address(address.text("type"), address.text("value")));
        }
        return new Gateway(meta, spec.text("gatewayClassName"), listeners, addresses);
    }

    private static List<Gateway.RouteKind> kinds(Fields allowed) {
        List<Gateway.RouteKind> kinds = new ArrayList<>();
        for (Fields kind : allowed.children("kinds")) {
            String group = kind.text("group");
            kinds.add(new Gateway.RouteKind(group.isEmpty() ? ApiNames.group(Kind.GATEWAY) : group, kind.text("kind")));
        }
        return kinds;
    }

    WorkloadEntry workloadEntry(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        Endpoint endpoint = endpoint(spec);
        if (checked()) {
            EntryChecks.endpoint(spec, endpoint);
            spec.refuseUnknown();
        }
        return new WorkloadEntry(meta, endpoint);
    }

    private Endpoint endpoint(Fields fields) {
        Map<String, Integer> ports = new HashMap<>();
        Fields named = fields.childOrEmpty("ports");
        for (String name : named.names()) {
            int port = named.unsigned(name);
            if (checked()) {
                Checks.port(named, name, port);
            }
            ports.put(name, port);
        }
        return new Endpoint(
                fields.text("address"),
                ports,
                fields.texts("labels"),
                fields.text("network"),
                fields.text("locality"),
                fields.unsigned("weight"),
                fields.text("serviceAccount"));
    }

    ServiceEntry serviceEntry(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<String> hosts = spec.textList("hosts");
        List<ServiceEntry.Port> ports = new ArrayList<>();
        for (Fields port : spec.children("ports")) {
            ServiceEntry.Port read = new ServiceEntry.Port(
                    port.unsigned("number"), port.text("name"), port.text("protocol"), port.unsigned("targetPort"));
            if (checked()) {
                Checks.port(port, "number", read.number());
            }
            ports.add(read);
        }
        List<Endpoint> endpoints = new ArrayList<>();
        spec.children("endpoints").forEach(endpoint -> endpoints.add(endpoint(endpoint)));
        List<HostAddress> assigned = new ArrayList<>();
        for (Fields address : object.childOrEmpty("status").children("addresses")) {
            assigned.add(new HostAddress(address.text("host"), address.text("value")));
        }
        ServiceEntry read = new ServiceEntry(
                meta,
                hosts,
                spec.textList("addresses"),
                ports,
                resolution(spec),
                endpoints,
                workloadSelector(spec),
                spec.textList("subjectAltNames"),
                assigned,
                spec.textList("exportTo"));
        if (checked()) {
            EntryChecks.serviceEntry(spec, read);
            spec.know("location");
            spec.refuseUnknown();
        }
        return read;
    }

    private @Nullable WorkloadSelector workloadSelector(Fields spec) {
        Fields selector = spec.child("workloadSelector");
        if (selector == null) {
            return null;
        }
        WorkloadSelector read = new WorkloadSelector(selector.texts("labels"));
        if (checked()) {
            Checks.selector(selector, "labels", read.matchLabels());
        }
        return read;
    }

    private Resolution resolution(Fields spec) {
        String text = checked() ? spec.text("resolution") : spec.word("resolution", RESOLUTIONS);
        if (text.isEmpty()) {
            return Resolution.NONE;
        }
        for (Resolution resolution : Resolution.values()) {
            if (resolution.name().equals(text.toUpperCase(Locale.ROOT))) {
                return resolution;
            }
        }
        if (!checked() && spec.isNumber("resolution")) {
            // One of the future: whoever does not know it looks for endpoints, and resolves nothing.
            return Resolution.STATIC;
        }
        spec.found(
                ProblemCode.INVALID_VALUE,
                "resolution",
                "\"" + text + "\" is no resolution",
                "expected one of NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS");
        return Resolution.NONE;
    }
}
