package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the status of a gateway says. Pure.
 *
 * <p>Its addresses are data: a waypoint without one is used by nobody. They are reported once somebody behind the Service
 * is ready, and from then on they stay, whoever comes and goes.
 */
final class GatewayStatus {
    private static final String ADDRESS_TYPE = "networking.istio.io/address-type";
    private static final String ACCEPTED = "Accepted";
    private static final String LISTENERS_NOT_VALID = "ListenersNotValid";

    /** What a Service may be called. */
    private static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");

    private final String domainSuffix;

    GatewayStatus(String domainSuffix) {
        this.domainSuffix = domainSuffix;
    }

    /**
     * Returns the status of a gateway.
     *
     * @param controller of its class
     * @param backends Services of the gateway's namespace by name; null for one that is not there
     * @param deployed what came of making its objects
     */
    ObjectNode of(
            JsonNode gateway,
            String controller,
            Function<String, @Nullable GatewayBackend> backends,
            Deployed deployed,
            Instant now) {
        ObjectNode status = gateway.path("status") instanceof ObjectNode present
                ? present.deepCopy()
                : JsonNodeFactory.instance.objectNode();
        long generation = gateway.path("metadata").path("generation").asLong(0);
        Conditions conditions = new Conditions(status, generation, now);
        if (controller.equals(GatewayClasses.UNMANAGED_CONTROLLER)) {
            conditions.set(ACCEPTED, true, ACCEPTED, "the gateway is known");
            conditions.set("Programmed", true, "Programmed", "the gateway stands elsewhere and is left as it is");
            status.remove(List.of("addresses", "listeners"));
            if (gateway.path("spec").path("addresses") instanceof ArrayNode addresses) {
                status.set("addresses", addresses.deepCopy());
            }
            return status;
        }
        List<String> rejected = new ArrayList<>();
        List<String> hosts = hosts(gateway, rejected);
        Listeners listeners = Listeners.of(gateway, controller);
        accepted(conditions, rejected, ignored(gateway), deployed.parameters(), listeners);
        Reached reached = new Reached(gateway, hosts, backends);
        reached.complaints.addAll(deployed.taken());
        if (!reached.complaints.isEmpty()) {
            // Why nobody is there.
            reached.complaints.addAll(deployed.left());
        }
        programmed(conditions, hosts, reached);
        conditions.set("ResolvedRefs", true, "ResolvedRefs", "all references are resolved");
        if (deployed.taken().isEmpty()) {
            addresses(status, gateway, reached);
        } else {
            // Whoever used them would be served by another gateway's proxy.
            status.remove("addresses");
        }
        status.set("listeners", listeners.status(status.path("listeners"), generation, now));
        return status;
    }

    private static void accepted(
            Conditions conditions,
            List<String> rejected,
            @Nullable String ignored,
            @Nullable String parameters,
            Listeners listeners) {
        if (!rejected.isEmpty()) {
            conditions.set(
                    ACCEPTED,
                    false,
                    "UnsupportedAddress",
                    "addresses must be of type Hostname, left out: " + String.join(", ", rejected));
        } else if (ignored != null) {
            conditions.set(ACCEPTED, false, "DeprecatedField", ignored);
        } else if (parameters != null) {
            conditions.set(ACCEPTED, false, "InvalidParameters", parameters);
        } else if (listeners.areAllInvalid()) {
            conditions.set(ACCEPTED, false, LISTENERS_NOT_VALID, "no listener is valid");
        } else if (listeners.areSomeInvalid()) {
            conditions.set(ACCEPTED, true, LISTENERS_NOT_VALID, "not all listeners are valid");
        } else {
            conditions.set(ACCEPTED, true, ACCEPTED, "the gateway is valid");
        }
    }

    /** Returns what is asked for of a Service that is somebody else's; null if nothing is. */
    private static @Nullable String ignored(JsonNode gateway) {
        boolean typed = gateway.path("metadata").path("annotations").has(WaypointObjects.SERVICE_TYPE);
        return typed && !WaypointObjects.isManaged(gateway)
                ? "annotation " + WaypointObjects.SERVICE_TYPE + " has no effect on a Service that the gateway names"
                : null;
    }

    private static void programmed(Conditions conditions, List<String> hosts, Reached reached) {
        if (hosts.isEmpty()) {
            conditions.set("Programmed", false, "UnsupportedAddress", "there is no address to assign");
        } else if (reached.complaints.isEmpty()) {
            conditions.set("Programmed", true, "Programmed", "assigned to " + String.join(", ", reached.places));
        } else {
            String partly = reached.places.isEmpty()
                    ? "not assigned: "
                    : "assigned to " + String.join(", ", reached.places) + ", but not to all: ";
            conditions.set(
                    "Programmed",
                    false,
                    reached.unusable ? "AddressNotUsable" : "AddressNotAssigned",
                    partly + String.join("; ", reached.complaints));
        }
    }

    private static void addresses(ObjectNode status, JsonNode gateway, Reached reached) {
        List<String> found = new ArrayList<>(reached.external);
        if (found.isEmpty()) {
            String wanted = gateway.path("metadata")
                    .path("annotations")
                    .path(ADDRESS_TYPE)
                    .asText("");
            if (!wanted.equals("Hostname")) {
                found.addAll(reached.internal);
            }
            if (!wanted.equals("IPAddress")) {
                found.addAll(reached.names);
            }
        }
        if (found.isEmpty()) {
            return;
        }
        ArrayNode addresses = status.putArray("addresses");
        for (String address : found) {
            boolean literal = address.indexOf(':') >= 0 || address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
            addresses
                    .addObject()
                    .put("type", literal ? "IPAddress" : "Hostname")
                    .put("value", address);
        }
    }

    /** Returns the host names that a gateway is to be found under; adds addresses of other types to {@code rejected}. */
    private List<String> hosts(JsonNode gateway, List<String> rejected) {
        String namespace = gateway.path("metadata").path("namespace").asText("");
        if (WaypointObjects.isManaged(gateway)) {
            return List.of(WaypointObjects.name(gateway) + "." + namespace + ".svc." + domainSuffix);
        }
        List<String> hosts = new ArrayList<>();
        for (JsonNode address : gateway.path("spec").path("addresses")) {
            String value = address.path("value").asText("");
            if (!address.path("type").asText("Hostname").equals("Hostname")) {
                rejected.add(value);
            } else {
                hosts.add(value.indexOf('.') < 0 ? value + "." + namespace + ".svc." + domainSuffix : value);
            }
        }
        return hosts;
    }

    /** Returns the Services of its namespace that a gateway names; empty for one that gets a Service from us. */
    Set<String> services(JsonNode gateway) {
        if (WaypointObjects.isManaged(gateway)) {
            return Set.of();
        }
        String suffix = suffix(gateway);
        return hosts(gateway, new ArrayList<>()).stream()
                .filter(host -> host.endsWith(suffix))
                .map(host -> host.substring(0, host.length() - suffix.length()))
                .filter(name -> NAME.matcher(name).matches())
                .collect(Collectors.toUnmodifiableSet());
    }

    private String suffix(JsonNode gateway) {
        return "." + gateway.path("metadata").path("namespace").asText("") + ".svc." + domainSuffix;
    }

    /** What of a gateway's Services can be reached. */
    private final class Reached {
        final List<String> places = new ArrayList<>();
        final SortedSet<String> names = new TreeSet<>();
        final SortedSet<String> internal = new TreeSet<>();
        final SortedSet<String> external = new TreeSet<>();
        final SortedSet<String> complaints = new TreeSet<>();
        boolean unusable;

        Reached(JsonNode gateway, List<String> hosts, Function<String, @Nullable GatewayBackend> backends) {
            String suffix = suffix(gateway);
            SortedSet<Integer> wanted = new TreeSet<>();
            for (JsonNode listener : gateway.path("spec").path("listeners")) {
                if (Listeners.isServed(listener)) {
                    wanted.add(listener.path("port").asInt());
                }
            }
            for (String host : hosts) {
                GatewayBackend backend = host.endsWith(suffix)
                        ? backends.apply(host.substring(0, host.length() - suffix.length()))
                        : null;
                if (backend == null || backend.equals(GatewayBackend.UNSEEN)) {
                    complaints.add(
                            backend == null
                                    ? "there is no Service " + host
                                    : "Service " + host
                                            + " is not looked at: too many are named in its namespace (at most "
                                            + Backends.MAX_NAMED + ")");
                    unusable = true;
                    continue;
                }
                wanted.forEach(port -> port(host, backend, port));
            }
        }

        private void port(String host, GatewayBackend backend, int port) {
            if (backend.ready().contains(port)) {
                places.add(host + ":" + port);
                internal.addAll(backend.addresses());
                external.addAll(backend.external());
                if (backend.external().isEmpty() && backend.awaitsExternal()) {
                    complaints.add("Service " + host + " waits for its external address");
                } else {
                    names.add(host);
                }
            } else if (backend.ready().isEmpty()) {
                complaints.add("nobody behind Service " + host + " is ready");
            } else if (!backend.managed() || !backend.ports().contains(port)) {
                complaints.add("Service " + host + " has no port " + port);
                unusable = true;
            }
        }
    }
}
