package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The Service of a gateway as its status needs to know it.
 *
 * @param ports it has
 * @param ready of these, the ones behind which somebody is ready
 * @param addresses within the cluster
 * @param external addresses given to it from outside
 * @param awaitsExternal whether it is of a type that is given some
 * @param managed whether it was made for a gateway
 */
record GatewayBackend(
        SortedSet<Integer> ports,
        SortedSet<Integer> ready,
        SortedSet<String> addresses,
        List<String> external,
        boolean awaitsExternal,
        boolean managed) {
    /** One that we do not look at; one that is there has a port. */
    static final GatewayBackend UNSEEN =
            new GatewayBackend(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), List.of(), false, false);

    /** Reads a Service and its endpoint slices. */
    static GatewayBackend of(JsonNode service, Collection<JsonNode> slices) {
        Map<String, Integer> byName = new HashMap<>();
        SortedSet<Integer> ports = new TreeSet<>();
        for (JsonNode port : service.path("spec").path("ports")) {
            byName.put(port.path("name").asText(""), port.path("port").asInt());
            ports.add(port.path("port").asInt());
        }
        SortedSet<Integer> ready = new TreeSet<>();
        for (JsonNode slice : slices) {
            if (hasReady(slice)) {
                for (JsonNode port : slice.path("ports")) {
                    Integer number = byName.get(port.path("name").asText(""));
                    if (number != null) {
                        ready.add(number);
                    }
                }
            }
        }
        SortedSet<String> addresses = new TreeSet<>();
        for (JsonNode address : service.path("spec").path("clusterIPs")) {
            addresses.add(address.asText());
        }
        addresses.remove("None");
        List<String> external = new ArrayList<>();
        for (JsonNode ingress : service.path("status").path("loadBalancer").path("ingress")) {
            String ip = ingress.path("ip").asText("");
            String name = ip.isEmpty() ? ingress.path("hostname").asText("") : ip;
            if (!name.isEmpty()) {
                external.add(name);
            }
        }
        return new GatewayBackend(
                ports,
                ready,
                addresses,
                List.copyOf(external),
                service.path("spec").path("type").asText("").equals("LoadBalancer"),
                service.path("metadata").path("labels").has(WaypointObjects.MANAGED));
    }

    private static boolean hasReady(JsonNode slice) {
        for (JsonNode endpoint : slice.path("endpoints")) {
            // Absent means ready.
            if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                return true;
            }
        }
        return false;
    }
}
