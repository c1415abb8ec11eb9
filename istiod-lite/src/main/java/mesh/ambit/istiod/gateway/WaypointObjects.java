package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import mesh.ambit.istiod.kube.api.ApiServer;

/** The objects that make a waypoint of a Gateway. Names, ports and variables are the reference's. Pure. */
final class WaypointObjects {
    /** Says on a generated object which controller it belongs to. */
    static final String MANAGED = "gateway.istio.io/managed";

    /** The controller of waypoints, as that label spells it. */
    static final String MANAGED_VALUE = "istio.io-mesh-controller";

    /** Says on generated objects and on pods which Gateway they are of. */
    static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

    private static final String GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";
    private static final String NAME_OVERRIDE = "gateway.istio.io/name-override";
    private static final String ACCOUNT_OVERRIDE = "gateway.istio.io/service-account";
    private static final String SERVICE_TYPE = "networking.istio.io/service-type";
    private static final Set<String> OWN_ANNOTATIONS = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            NAME_OVERRIDE,
            ACCOUNT_OVERRIDE,
            ControllerVersion.ANNOTATION);
    private static final ObjectNode TEMPLATE = template();

    private final WaypointSettings settings;

    WaypointObjects(WaypointSettings settings) {
        this.settings = settings;
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
        JsonNode metadata = gateway.path("metadata");
        return metadata.path("annotations")
                .path(NAME_OVERRIDE)
                .asText(metadata.path("name").asText(""));
    }

    private static String account(JsonNode gateway) {
        return gateway.path("metadata")
                .path("annotations")
                .path(ACCOUNT_OVERRIDE)
                .asText(name(gateway));
    }

    /** Returns everything to be applied, in this order. */
    List<ObjectNode> of(JsonNode gateway) {
        return List.of(serviceAccount(gateway), deployment(gateway), service(gateway));
    }

    private ObjectNode serviceAccount(JsonNode gateway) {
        return owned(gateway, "v1", "ServiceAccount", account(gateway));
    }

    private ObjectNode deployment(JsonNode gateway) {
        String name = name(gateway);
        String namespace = gateway.path("metadata").path("namespace").asText("");
        String gatewayName = gateway.path("metadata").path("name").asText("");
        ObjectNode deployment = owned(gateway, "apps/v1", "Deployment", name);
        ObjectNode spec = deployment.putObject("spec");
        spec.putObject("selector").putObject("matchLabels").put(GATEWAY_NAME, gatewayName);
        ObjectNode pod = spec.putObject("template");
        ObjectNode metadata = pod.putObject("metadata");
        ObjectNode annotations = metadata.putObject("annotations");
        annotations.setAll(inheritedAnnotations(gateway));
        annotations
                .put("istio.io/rev", "default")
                .put("prometheus.io/path", "/stats/prometheus")
                .put("prometheus.io/port", "15020")
                .put("prometheus.io/scrape", "true");
        ObjectNode labels = metadata.putObject("labels");
        labels.put("sidecar.istio.io/inject", "false")
                .put("istio.io/dataplane-mode", "none")
                .put("service.istio.io/canonical-name", name)
                .put("service.istio.io/canonical-revision", "latest");
        labels.setAll(labels(gateway));
        ObjectNode podSpec = TEMPLATE.deepCopy();
        podSpec.put("serviceAccountName", account(gateway));
        ObjectNode container = (ObjectNode) podSpec.path("containers").path(0);
        container.put("image", settings.image());
        container
                .putArray("args")
                .add("proxy")
                .add("waypoint")
                .add("--domain")
                .add("$(POD_NAMESPACE).svc." + settings.domainSuffix())
                .add("--serviceCluster")
                .add(account(gateway) + ".$(POD_NAMESPACE)");
        ArrayNode env = (ArrayNode) container.path("env");
        variable(env, "CA_ADDR", settings.controlAddress());
        variable(env, "ISTIO_META_CLUSTER_ID", settings.clusterId());
        String network = labels(gateway).path("topology.istio.io/network").asText("");
        if (!network.isEmpty()) {
            variable(env, "ISTIO_META_NETWORK", network);
        }
        variable(env, "ISTIO_META_WORKLOAD_NAME", name);
        variable(env, "ISTIO_META_OWNER", "kubernetes://apis/apps/v1/namespaces/" + namespace + "/deployments/" + name);
        variable(env, "ISTIO_META_MESH_ID", settings.trustDomain());
        variable(env, "TRUST_DOMAIN", settings.trustDomain());
        pod.set("spec", podSpec);
        return deployment;
    }

    private static void variable(ArrayNode env, String name, String value) {
        env.addObject().put("name", name).put("value", value);
    }

    private ObjectNode service(JsonNode gateway) {
        ObjectNode service = owned(gateway, "v1", "Service", name(gateway));
        ObjectNode annotations = (ObjectNode) service.path("metadata").path("annotations");
        if (!annotations.has("networking.istio.io/traffic-distribution")) {
            annotations.put("networking.istio.io/traffic-distribution", "PreferClose");
        }
        ObjectNode spec = service.putObject("spec");
        spec.put("ipFamilyPolicy", "PreferDualStack");
        spec.put(
                "type",
                gateway.path("metadata").path("annotations").path(SERVICE_TYPE).asText("ClusterIP"));
        spec.putObject("selector")
                .put(GATEWAY_NAME, gateway.path("metadata").path("name").asText(""));
        ArrayNode ports = spec.putArray("ports");
        port(ports, "status-port", 15021, "tcp");
        for (JsonNode listener : gateway.path("spec").path("listeners")) {
            port(
                    ports,
                    listener.path("name").asText(""),
                    listener.path("port").asInt(),
                    listener.path("protocol").asText("").toLowerCase(Locale.ROOT));
        }
        return service;
    }

    private static void port(ArrayNode ports, String name, int port, String protocol) {
        ports.addObject()
                .put("name", name)
                .put("port", port)
                .put("protocol", "TCP")
                .put("appProtocol", protocol);
    }

    private static ObjectNode owned(JsonNode gateway, String apiVersion, String kind, String name) {
        ObjectNode object = ApiServer.object(apiVersion, kind, name);
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        metadata.put("namespace", gateway.path("metadata").path("namespace").asText(""));
        metadata.set("annotations", inheritedAnnotations(gateway));
        metadata.set("labels", labels(gateway));
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "gateway.networking.k8s.io/v1")
                .put("kind", "Gateway")
                .put("name", gateway.path("metadata").path("name").asText(""))
                .put("uid", gateway.path("metadata").path("uid").asText(""));
        return object;
    }

    private static ObjectNode labels(JsonNode gateway) {
        ObjectNode labels = inherited(gateway, "labels");
        labels.put(GATEWAY_NAME, gateway.path("metadata").path("name").asText(""));
        labels.put(GATEWAY_CLASS, gateway.path("spec").path("gatewayClassName").asText(""));
        labels.put(MANAGED, MANAGED_VALUE);
        return labels;
    }

    private static ObjectNode inheritedAnnotations(JsonNode gateway) {
        return inherited(gateway, "annotations").without(OWN_ANNOTATIONS);
    }

    /** What the infrastructure is to carry; of a Gateway that says nothing about it, what the Gateway itself carries. */
    private static ObjectNode inherited(JsonNode gateway, String kind) {
        JsonNode infrastructure = gateway.path("spec").path("infrastructure");
        JsonNode source = infrastructure.isMissingNode() ? gateway.path("metadata") : infrastructure;
        return source.path(kind) instanceof ObjectNode given
                ? given.deepCopy()
                : ApiServer.object("", "", "").removeAll();
    }

    private static ObjectNode template() {
        try (InputStream in = WaypointObjects.class.getResourceAsStream("waypoint.json")) {
            return (ObjectNode) new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
