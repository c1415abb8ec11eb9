package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** What the pods of a waypoint are made from. Pure. */
final class WaypointPods {
    /** Says which network something is in. */
    static final String NETWORK = "topology.istio.io/network";

    private static final String IMAGE = "sidecar.istio.io/proxyImage";
    private static final ObjectNode TEMPLATE = template();

    private final WaypointSettings settings;

    WaypointPods(WaypointSettings settings) {
        this.settings = settings;
    }

    /** Returns the template of the pods of a gateway that carries these labels and annotations on. */
    ObjectNode template(JsonNode gateway, ObjectNode labels, ObjectNode annotations, String controller) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = pod.putObject("metadata");
        metadata.set(
                "annotations",
                annotations
                        .deepCopy()
                        .put("istio.io/rev", settings.revision().isEmpty() ? "default" : settings.revision())
                        .put("prometheus.io/path", "/stats/prometheus")
                        .put("prometheus.io/port", "15020")
                        .put("prometheus.io/scrape", "true"));
        metadata.putObject("labels")
                .put("sidecar.istio.io/inject", "false")
                .put("istio.io/dataplane-mode", "none")
                .put("service.istio.io/canonical-name", WaypointObjects.name(gateway))
                .put("service.istio.io/canonical-revision", "latest")
                .setAll(labels.deepCopy());
        ObjectNode spec = TEMPLATE.deepCopy();
        spec.put("serviceAccountName", WaypointObjects.account(gateway));
        ObjectNode container = (ObjectNode) spec.path("containers").path(0);
        String image = WaypointObjects.annotation(gateway, IMAGE, "");
        container.put("image", image.indexOf('/') < 0 ? settings.image() : image);
        arguments(gateway).forEach(container.putArray("args")::add);
        variables(gateway, labels.path(NETWORK).asText(settings.network()), controller, (ArrayNode)
                container.path("env"));
        ((ArrayNode) spec.path("volumes")).add(roots());
        pod.set("spec", spec);
        return pod;
    }

    private List<String> arguments(JsonNode gateway) {
        return List.of(
                "proxy",
                "waypoint",
                "--domain",
                "$(POD_NAMESPACE).svc." + settings.domainSuffix(),
                "--serviceCluster",
                WaypointObjects.account(gateway) + ".$(POD_NAMESPACE)",
                "--proxyLogLevel",
                WaypointObjects.annotation(gateway, "sidecar.istio.io/logLevel", "warning"),
                "--proxyComponentLogLevel",
                WaypointObjects.annotation(gateway, "sidecar.istio.io/componentLogLevel", "misc:error"),
                "--log_output_level",
                WaypointObjects.annotation(gateway, "sidecar.istio.io/agentLogLevel", "default:info"));
    }

    private void variables(JsonNode gateway, String network, String controller, ArrayNode env) {
        String name = WaypointObjects.name(gateway);
        String namespace = gateway.path("metadata").path("namespace").asText("");
        variable(env, "CA_ADDR", settings.controlAddress());
        variable(env, "PROXY_CONFIG", "{}\n");
        variable(env, "ISTIO_META_CLUSTER_ID", settings.clusterId());
        if (!network.isEmpty()) {
            variable(env, "ISTIO_META_NETWORK", network);
            if (controller.equals(GatewayClasses.EAST_WEST_CONTROLLER)) {
                variable(env, "ISTIO_META_REQUESTED_NETWORK_VIEW", network);
            }
        }
        variable(env, "ISTIO_META_WORKLOAD_NAME", name);
        variable(env, "ISTIO_META_OWNER", "kubernetes://apis/apps/v1/namespaces/" + namespace + "/deployments/" + name);
        variable(env, "ISTIO_META_MESH_ID", settings.trustDomain());
        variable(env, "TRUST_DOMAIN", settings.trustDomain());
    }

    private static void variable(ArrayNode env, String name, String value) {
        env.addObject().put("name", name).put("value", value);
    }

    /** Returns the volume with the roots of the mesh, from where the controller puts them. */
    private ObjectNode roots() {
        ObjectNode volume = JsonNodeFactory.instance.objectNode().put("name", "istiod-ca-cert");
        if (settings.clusterTrustBundle().isEmpty()) {
            volume.putObject("configMap").put("name", "istio-ca-root-cert");
        } else {
            volume.putObject("projected")
                    .putArray("sources")
                    .addObject()
                    .putObject("clusterTrustBundle")
                    .put("name", settings.clusterTrustBundle())
                    .put("path", "root-cert.pem");
        }
        return volume;
    }

    private static ObjectNode template() {
        try (InputStream in = WaypointPods.class.getResourceAsStream("waypoint.json")) {
            return (ObjectNode) new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
