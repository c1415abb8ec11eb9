package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import mesh.ambit.istiod.kube.api.ApiServer;

/**
 * The objects that make a waypoint of a Gateway, or a gateway between networks, which is made the same way. Names, ports
 * and variables are the reference's. Pure.
 */
final class WaypointObjects {
    /** Says on a generated object which controller it belongs to. */
    static final String MANAGED = "gateway.istio.io/managed";

    /** Says on generated objects and on pods which Gateway they are of. */
    static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

    private static final String GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";
    private static final String NAME_OVERRIDE = "gateway.istio.io/name-override";
    private static final String ACCOUNT_OVERRIDE = "gateway.istio.io/service-account";
    static final String SERVICE_TYPE = "networking.istio.io/service-type";
    private static final Set<String> OWN_ANNOTATIONS = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            NAME_OVERRIDE,
            ACCOUNT_OVERRIDE,
            ControllerVersion.ANNOTATION);
    private static final String RESERVED = "gateway.networking.k8s.io/";
    private static final String STATUS_PORT = "status-port";
    private static final int MAX_PORT_NAME = 63;

    private final WaypointPods pods;
    private final String network;

    WaypointObjects(WaypointSettings settings) {
        this.pods = new WaypointPods(settings);
        this.network = settings.network();
    }

    /** Returns whether a Gateway wants something deployed, rather than naming what stands there already. */
    static boolean isManaged(JsonNode gateway) {
        JsonNode addresses = gateway.path("spec").path("addresses");
        return addresses.isEmpty()
                || (addresses.size() == 1
                        && addresses.path(0).path("type").asText("IPAddress").equals("IPAddress"));
    }

    /** Returns the name of what is deployed for a waypoint. */
    static String name(JsonNode gateway) {
        return annotation(
                gateway, NAME_OVERRIDE, gateway.path("metadata").path("name").asText(""));
    }

    /** Returns the name of its account; another name of what is deployed is not the account's, as by the reference. */
    static String account(JsonNode gateway) {
        return annotation(
                gateway, ACCOUNT_OVERRIDE, gateway.path("metadata").path("name").asText(""));
    }

    /** Returns what an annotation says; one that is empty says nothing. */
    static String annotation(JsonNode gateway, String annotation, String otherwise) {
        String said =
                gateway.path("metadata").path("annotations").path(annotation).asText("");
        return said.isEmpty() ? otherwise : said;
    }

    /**
     * Returns everything to be applied, in this order.
     *
     * @param controller of the gateway's class
     * @param overlays what users change of it, the later over the earlier
     * @throws ParametersException if an overlay cannot be merged
     */
    List<ObjectNode> of(JsonNode gateway, String controller, List<Overlay> overlays) throws ParametersException {
        List<ObjectNode> made = new ArrayList<>();
        for (ObjectNode object : List.of(
                owned(gateway, controller, "v1", "ServiceAccount", account(gateway)),
                deployment(gateway, controller),
                service(gateway, controller),
                autoscaler(gateway, controller),
                disruptionBudget(gateway, controller))) {
            ObjectNode merged = Overlay.merge(object, overlays);
            if (merged != null) {
                // Whose it is no overlay changes.
                metadata(merged).withObject("/labels").put(MANAGED, managed(controller));
                made.add(merged);
            }
        }
        return made;
    }

    private ObjectNode deployment(JsonNode gateway, String controller) {
        ObjectNode deployment = owned(gateway, controller, "apps/v1", "Deployment", name(gateway));
        ObjectNode spec = deployment.putObject("spec");
        selector(spec.putObject("selector"), gateway);
        spec.set(
                "template",
                pods.template(gateway, labels(gateway, controller), inheritedAnnotations(gateway), controller));
        return deployment;
    }

    private ObjectNode autoscaler(JsonNode gateway, String controller) {
        ObjectNode autoscaler = owned(gateway, controller, "autoscaling/v2", "HorizontalPodAutoscaler", name(gateway));
        ObjectNode spec = autoscaler.putObject("spec");
        spec.putObject("scaleTargetRef")
                .put("apiVersion", "apps/v1")
                .put("kind", "Deployment")
                .put("name", name(gateway));
        spec.put("maxReplicas", 1);
        return autoscaler;
    }

    private ObjectNode disruptionBudget(JsonNode gateway, String controller) {
        ObjectNode budget = owned(gateway, controller, "policy/v1", "PodDisruptionBudget", name(gateway));
        selector(budget.putObject("spec").putObject("selector"), gateway);
        return budget;
    }

    private static void selector(ObjectNode selector, JsonNode gateway) {
        selector.putObject("matchLabels")
                .put(GATEWAY_NAME, gateway.path("metadata").path("name").asText(""));
    }

    private ObjectNode service(JsonNode gateway, String controller) {
        ObjectNode service = owned(gateway, controller, "v1", "Service", name(gateway));
        ObjectNode annotations = metadata(service).withObject("/annotations");
        if (!annotations.has("networking.istio.io/traffic-distribution")) {
            annotations.put("networking.istio.io/traffic-distribution", "PreferClose");
        }
        ObjectNode spec = service.putObject("spec");
        spec.put("ipFamilyPolicy", "PreferDualStack");
        String usual = controller.equals(GatewayClasses.EAST_WEST_CONTROLLER) ? "LoadBalancer" : "ClusterIP";
        String type = annotation(gateway, SERVICE_TYPE, usual);
        spec.put("type", type);
        String address =
                gateway.path("spec").path("addresses").path(0).path("value").asText("");
        if (!address.isEmpty() && type.equals("LoadBalancer")) {
            spec.put("loadBalancerIP", address);
        }
        spec.putObject("selector")
                .put(GATEWAY_NAME, gateway.path("metadata").path("name").asText(""));
        ports(gateway, spec.putArray("ports"));
        return service;
    }

    /** A port for each number that a listener has; names of listeners may be longer than those of ports, and have dots. */
    private static void ports(JsonNode gateway, ArrayNode ports) {
        port(ports, STATUS_PORT, 15021, "tcp");
        Set<String> names = new HashSet<>(Set.of(STATUS_PORT));
        Set<Integer> numbers = new HashSet<>();
        for (JsonNode listener : gateway.path("spec").path("listeners")) {
            int number = listener.path("port").asInt();
            if (!numbers.add(number)) {
                continue;
            }
            String protocol = listener.path("protocol").asText("").toLowerCase(Locale.ROOT);
            String name = cut(listener.path("name").asText("").replace('.', '-'), MAX_PORT_NAME);
            if (!names.add(name)) {
                String suffix = "-" + number;
                name = cut(name, MAX_PORT_NAME - suffix.length()) + suffix;
                names.add(name);
            }
            port(ports, name, number, protocol);
        }
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    private static void port(ArrayNode ports, String name, int port, String protocol) {
        ports.addObject()
                .put("name", name)
                .put("port", port)
                .put("protocol", "TCP")
                .put("appProtocol", protocol);
    }

    private static ObjectNode metadata(ObjectNode object) {
        return object.withObject("/metadata");
    }

    private ObjectNode owned(JsonNode gateway, String controller, String apiVersion, String kind, String name) {
        ObjectNode object = ApiServer.object(apiVersion, kind, name);
        ObjectNode metadata = metadata(object);
        metadata.put("namespace", gateway.path("metadata").path("namespace").asText(""));
        metadata.set("annotations", inheritedAnnotations(gateway));
        metadata.set("labels", labels(gateway, controller));
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "gateway.networking.k8s.io/v1")
                .put("kind", "Gateway")
                .put("name", gateway.path("metadata").path("name").asText(""))
                .put("uid", gateway.path("metadata").path("uid").asText(""));
        return object;
    }

    private ObjectNode labels(JsonNode gateway, String controller) {
        ObjectNode labels = inherited(gateway, "labels");
        if (!network.isEmpty() && belongsToTheNetwork(gateway)) {
            labels.put(WaypointPods.NETWORK, network);
        }
        labels.put(GATEWAY_NAME, gateway.path("metadata").path("name").asText(""));
        labels.put(GATEWAY_CLASS, gateway.path("spec").path("gatewayClassName").asText(""));
        labels.put(MANAGED, managed(controller));
        return labels;
    }

    /** Returns whether a Gateway is of a class that the reference knows by its name, and names no network itself. */
    private static boolean belongsToTheNetwork(JsonNode gateway) {
        String name = gateway.path("spec").path("gatewayClassName").asText("");
        return (name.contains("waypoint") || name.contains("east-west"))
                && !gateway.path("metadata").path("labels").has(WaypointPods.NETWORK);
    }

    /** Returns a controller's name as the label of what it manages spells it. */
    private static String managed(String controller) {
        return controller.replace('/', '-');
    }

    private static ObjectNode inheritedAnnotations(JsonNode gateway) {
        return inherited(gateway, "annotations").without(OWN_ANNOTATIONS);
    }

    /** What the infrastructure is to carry; where a Gateway does not say what, what the Gateway itself carries. */
    private static ObjectNode inherited(JsonNode gateway, String kind) {
        if (gateway.path("spec").path("infrastructure").path(kind) instanceof ObjectNode wanted) {
            ObjectNode carried = wanted.deepCopy();
            wanted.fieldNames().forEachRemaining(name -> {
                if (name.startsWith(RESERVED)) {
                    carried.remove(name);
                }
            });
            return carried;
        }
        return gateway.path("metadata").path(kind) instanceof ObjectNode given
                ? given.deepCopy()
                : JsonNodeFactory.instance.objectNode();
    }
}
