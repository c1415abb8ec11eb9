package mesh.ambit.node.pods;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.kube.Defaults;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.node.rules.ServiceRoute;
import org.jspecify.annotations.Nullable;

/**
 * Services as pods see them: where their addresses lead, and what their names mean. Decided from objects alone; equal
 * objects give equal views.
 *
 * @param routes for the redirection of cluster IPs
 * @param names addresses by {@code service.namespace}
 */
public record ServiceView(List<ServiceRoute> routes, Map<String, List<InetAddress>> names) {
    /** No services. */
    public static final ServiceView EMPTY = new ServiceView(List.of(), Map.of());

    public ServiceView {
        routes = List.copyOf(routes);
        names = new TreeMap<>(names);
    }

    /**
     * Returns the view of {@code objects}, whose pods carry what was observed of them.
     *
     * @param clusterIps assigned addresses by {@code namespace/name}, for services that declare none
     */
    public static ServiceView of(ObjectSet objects, Map<String, List<String>> clusterIps) {
        List<ServiceRoute> routes = new ArrayList<>();
        Map<String, List<InetAddress>> names = new TreeMap<>();
        for (Service declared : objects.services()) {
            Service service = Defaults.fill(declared);
            if (service.isExternalName()) {
                continue;
            }
            String name = service.metadata().name() + "." + service.metadata().namespace();
            if (service.isHeadless()) {
                names.put(name, backingAddresses(objects, service));
                continue;
            }
            List<InetAddress> addresses = addresses(service, clusterIps);
            names.put(name, addresses);
            for (InetAddress address : addresses) {
                for (Service.Port port : service.ports()) {
                    ServiceRoute.@Nullable Protocol protocol = protocol(port.protocol());
                    if (protocol != null) {
                        routes.add(new ServiceRoute(
                                address, protocol, port.port(), endpoints(objects, service, port, address)));
                    }
                }
            }
        }
        return new ServiceView(routes, names);
    }

    private static List<InetAddress> addresses(Service service, Map<String, List<String>> clusterIps) {
        List<String> texts = service.addresses();
        if (texts.isEmpty()) {
            texts = clusterIps.getOrDefault(
                    service.metadata().namespace() + "/" + service.metadata().name(), List.of());
        }
        return texts.stream().map(InetAddress::ofLiteral).toList();
    }

    private static ServiceRoute.@Nullable Protocol protocol(String text) {
        return switch (text) {
            case "TCP" -> ServiceRoute.Protocol.TCP;
            case "UDP" -> ServiceRoute.Protocol.UDP;
            default -> null;
        };
    }

    /** Slices of the folder say it all where there are any; else the pods that the selector finds. */
    private static List<InetSocketAddress> endpoints(
            ObjectSet objects, Service service, Service.Port port, InetAddress family) {
        Set<InetSocketAddress> endpoints = new LinkedHashSet<>();
        List<EndpointSlice> slices = slices(objects, service);
        for (EndpointSlice slice : slices) {
            for (EndpointSlice.Port target : slice.ports()) {
                String name = target.name() == null ? "" : target.name();
                if (name.equals(port.name()) && target.port() != null) {
                    for (InetAddress address : ready(slice)) {
                        add(endpoints, address, target.port(), family);
                    }
                }
            }
        }
        if (slices.isEmpty()) {
            for (Pod pod : selected(objects, service)) {
                int number = targetPort(pod, port);
                for (String address : pod.status().addresses()) {
                    add(endpoints, InetAddress.ofLiteral(address), number, family);
                }
            }
        }
        return List.copyOf(endpoints);
    }

    private static void add(Set<InetSocketAddress> endpoints, InetAddress address, int port, InetAddress family) {
        if (port > 0 && address.getClass() == family.getClass()) {
            endpoints.add(new InetSocketAddress(address, port));
        }
    }

    private static List<InetAddress> backingAddresses(ObjectSet objects, Service service) {
        List<EndpointSlice> slices = slices(objects, service);
        if (!slices.isEmpty()) {
            return slices.stream()
                    .flatMap(slice -> ready(slice).stream())
                    .distinct()
                    .toList();
        }
        return selected(objects, service).stream()
                .flatMap(pod -> pod.status().addresses().stream())
                .map(InetAddress::ofLiteral)
                .toList();
    }

    private static List<EndpointSlice> slices(ObjectSet objects, Service service) {
        return objects.endpointSlices().stream()
                .filter(slice ->
                        slice.metadata().namespace().equals(service.metadata().namespace())
                                && slice.serviceName().equals(service.metadata().name())
                                && !slice.addressType().equals("FQDN"))
                .toList();
    }

    private static List<InetAddress> ready(EndpointSlice slice) {
        return slice.endpoints().stream()
                .filter(EndpointSlice.Endpoint::isReady)
                .flatMap(endpoint -> endpoint.addresses().stream())
                .map(InetAddress::ofLiteral)
                .toList();
    }

    private static List<Pod> selected(ObjectSet objects, Service service) {
        if (service.selector().isEmpty()) {
            return List.of();
        }
        return objects.pods().stream()
                .filter(pod ->
                        pod.metadata().namespace().equals(service.metadata().namespace())
                                && (pod.status().ready() || service.publishNotReadyAddresses())
                                && !pod.status().isTerminal()
                                && pod.metadata()
                                        .labels()
                                        .entrySet()
                                        .containsAll(service.selector().entrySet()))
                .toList();
    }

    /** Returns the number that the port has in this pod, or 0 if the pod does not know its name. */
    private static int targetPort(Pod declared, Service.Port port) {
        Pod pod = Defaults.fill(declared);
        return switch (port.targetPort()) {
            case null -> port.port();
            case Service.TargetPort.Numbered(int number) -> number;
            case Service.TargetPort.Named(String name) ->
                pod.containers().stream()
                        .flatMap(container -> container.ports().stream())
                        .filter(candidate -> candidate.name().equals(name)
                                && candidate.protocol().equals(port.protocol()))
                        .mapToInt(Pod.ContainerPort::containerPort)
                        .findFirst()
                        .orElse(0);
        };
    }
}
