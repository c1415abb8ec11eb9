package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to be said of the listeners of a gateway that we look after. Pure. */
final class Listeners {
    private static final String GROUP = "gateway.networking.k8s.io";
    private static final String HBONE = "HBONE";
    private static final int HBONE_PORT = 15008;
    private static final Set<String> PROTOCOLS = Set.of("HTTP", "HTTPS", "TLS", "TCP", HBONE);

    private final List<Judged> judged;

    /**
     * What was found of a listener.
     *
     * @param unsupported why nobody can connect to it; null if somebody can
     * @param valid whether it counts as one that the gateway has
     * @param kinds of routes that it takes
     * @param kindsValid whether these are all that it is meant to take
     */
    private record Judged(
            String name, @Nullable String unsupported, boolean valid, List<String> kinds, boolean kindsValid) {}

    private Listeners(List<Judged> judged) {
        this.judged = judged;
    }

    /** Judges the listeners of a gateway whose class is of this controller. */
    static Listeners of(JsonNode gateway, String controller) {
        List<Judged> judged = new ArrayList<>();
        for (JsonNode listener : gateway.path("spec").path("listeners")) {
            String protocol = protocol(listener);
            String unknown = PROTOCOLS.contains(protocol) ? null : unknown(protocol);
            List<String> supported = kinds(listener);
            List<String> kinds = new ArrayList<>(supported);
            JsonNode allowed = listener.path("allowedRoutes").path("kinds");
            if (!allowed.isEmpty()) {
                kinds.removeIf(kind -> !names(allowed, kind));
            }
            judged.add(new Judged(
                    listener.path("name").asText(""),
                    unknown == null ? misplaced(listener, controller) : unknown,
                    unknown == null,
                    kinds,
                    allowed.isEmpty() || kinds.size() == allowed.size()));
        }
        return new Listeners(judged);
    }

    /** Returns whether somebody listens for it: not where TLS is asked for, and nothing is said of how. */
    static boolean isServed(JsonNode listener) {
        boolean needsTls =
                protocol(listener).equals("TLS") || protocol(listener).equals("HTTPS");
        return !needsTls || listener.path("tls").isObject();
    }

    /** Returns whether there are listeners, and none is valid. */
    boolean areAllInvalid() {
        return !judged.isEmpty() && judged.stream().noneMatch(Judged::valid);
    }

    /** Returns whether there is a listener that is not valid. */
    boolean areSomeInvalid() {
        return judged.stream().anyMatch(each -> !each.valid());
    }

    /** Returns what the status says of the listeners; {@code former} is what it said before. */
    ArrayNode status(JsonNode former, long generation, Instant now) {
        ArrayNode listeners = JsonNodeFactory.instance.arrayNode();
        for (Judged each : judged) {
            ObjectNode entry = JsonNodeFactory.instance.objectNode();
            for (JsonNode candidate : former) {
                if (candidate.path("name").asText("").equals(each.name())) {
                    entry = candidate.deepCopy();
                }
            }
            entry.put("name", each.name());
            // Routes of the mesh are attached to Services; those listeners here have none of their own.
            entry.put("attachedRoutes", 0);
            ArrayNode kinds = entry.putArray("supportedKinds");
            each.kinds().forEach(kind -> kinds.addObject().put("group", GROUP).put("kind", kind));
            conditions(each, new Conditions(entry, generation, now));
            listeners.add(entry);
        }
        return listeners;
    }

    private static void conditions(Judged listener, Conditions conditions) {
        String unsupported = listener.unsupported();
        if (unsupported == null) {
            conditions.set("Accepted", true, "Accepted", "the listener is valid");
        } else {
            conditions.set("Accepted", false, "UnsupportedProtocol", unsupported);
        }
        // The reference looks for listeners in each other's way only where others may add some.
        conditions.set("Conflicted", false, "NoConflicts", "no other listener is in the way");
        conditions.set("Programmed", true, "Programmed", "the listener is programmed");
        if (listener.kindsValid()) {
            conditions.set("ResolvedRefs", true, "ResolvedRefs", "all references are resolved");
        } else {
            conditions.set(
                    "ResolvedRefs",
                    false,
                    "InvalidRouteKinds",
                    "not all kinds of allowedRoutes can be attached to a listener of its protocol");
        }
    }

    private static String protocol(JsonNode listener) {
        return listener.path("protocol").asText("");
    }

    private static String unknown(String protocol) {
        String upper = protocol.toUpperCase(Locale.ROOT);
        String hint = PROTOCOLS.contains(upper) ? ", perhaps " + upper + " is meant" : "";
        return "protocol " + protocol + " is not supported" + hint;
    }

    /** Returns why a listener is none of those that gateways of this controller have; null if it is one. */
    private static @Nullable String misplaced(JsonNode listener, String controller) {
        boolean tunnel =
                protocol(listener).equals(HBONE) && listener.path("port").asInt() == HBONE_PORT;
        String mode = listener.path("tls").path("mode").asText("");
        if (controller.equals(GatewayClasses.MESH_CONTROLLER)) {
            return tunnel
                    ? null
                    : "a waypoint listens with protocol HBONE on port " + HBONE_PORT + " and on nothing else";
        }
        if (controller.equals(GatewayClasses.EAST_WEST_CONTROLLER)) {
            boolean passed = protocol(listener).equals("TLS")
                    && mode.equals("Passthrough")
                    && listener.path("port").asInt() != HBONE_PORT;
            return passed || (tunnel && mode.equals("Terminate"))
                    ? null
                    : "a gateway between networks listens with protocol HBONE and TLS mode Terminate on port "
                            + HBONE_PORT + ", and with protocol TLS and mode Passthrough on others";
        }
        return null;
    }

    private static List<String> kinds(JsonNode listener) {
        return switch (protocol(listener)) {
            case "HTTP", "HTTPS" -> List.of("HTTPRoute", "GRPCRoute");
            case "TCP" -> List.of("TCPRoute");
            case "TLS" ->
                listener.path("tls").path("mode").asText("").equals("Terminate")
                        ? List.of("TLSRoute", "TCPRoute")
                        : List.of("TLSRoute");
            default -> List.of();
        };
    }

    private static boolean names(JsonNode allowed, String kind) {
        for (JsonNode each : allowed) {
            if (each.path("kind").asText("").equals(kind)
                    && each.path("group").asText(GROUP).equals(GROUP)) {
                return true;
            }
        }
        return false;
    }
}
