package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.junit.jupiter.api.Test;

/** Waypoints that are deployed, and how users change them, on a real API server and with the rights of the chart. */
@NeedsCluster
class WaypointKubeIT extends KubeLab {
    @Test
    void gatewayBecomesAWaypointWithAnAddress() throws Exception {
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments/way";
        try (ControllerLab _ = start("a")) {
            ControllerLab.until(
                    "the class",
                    () -> "True/Accepted"
                            .equals(cluster.condition(
                                    "/apis/gateway.networking.k8s.io/v1/gatewayclasses/istio-waypoint", "Accepted")));
            gateway("way", "");
            ControllerLab.until(
                    "the deployment", () -> cluster.find(deployments).has("spec"));
            ControllerLab.until(
                    "a status",
                    () -> cluster.condition(path("way"), "Programmed").equals("False/AddressNotAssigned"));
            assertThat(cluster.condition(path("way"), "Accepted")).isEqualTo("True/Accepted");

            cluster.apply("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: way-1, namespace: "
                    + namespace + ", labels: {kubernetes.io/service-name: way,"
                    + " gateway.networking.k8s.io/gateway-name: way}}, addressType: IPv4,"
                    + " ports: [{name: mesh, port: 15008}], endpoints: [{addresses: [10.9.9.7]}]}");

            ControllerLab.until(
                    "an address",
                    () -> cluster.condition(path("way"), "Programmed").equals("True/Programmed"));
            assertThat(cluster.find(path("way"))
                            .path("status")
                            .path("addresses")
                            .toString())
                    .contains("way." + namespace + ".svc.cluster.local");
            cluster.admin.delete(deployments);
            ControllerLab.until(
                    "the deployment again", () -> cluster.find(deployments).has("spec"));
            assertThat(cluster.find("/api/v1/namespaces/" + namespace + "/serviceaccounts/way")
                            .path("metadata")
                            .path("ownerReferences")
                            .path(0)
                            .path("name")
                            .asText())
                    .isEqualTo("way");
        }
    }

    @Test
    void whatSomebodyElseMadeIsLeftAlone() throws Exception {
        cluster.apply("{apiVersion: v1, kind: Service, metadata: {name: way, namespace: " + namespace
                + "}, spec: {ports: [{port: 80}]}}");
        try (ControllerLab _ = start("a")) {
            gateway("way", "");

            ControllerLab.until(
                    "a status",
                    () -> cluster.condition(path("way"), "Programmed").equals("False/AddressNotUsable"));
            assertThat(cluster.find("/api/v1/namespaces/" + namespace + "/services/way")
                            .path("spec")
                            .path("ports")
                            .path(0)
                            .path("port")
                            .asInt())
                    .isEqualTo(80);
        }
    }

    @Test
    void parametersOfAGatewayChangeWhatIsDeployedForIt() throws Exception {
        String deployment = "/apis/apps/v1/namespaces/" + namespace + "/deployments/way";
        String autoscaler = "/apis/autoscaling/v2/namespaces/" + namespace + "/horizontalpodautoscalers/way";
        String budget = "/apis/policy/v1/namespaces/" + namespace + "/poddisruptionbudgets/way";
        try (ControllerLab _ = start("a")) {
            gateway("way", ", infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: more}}");
            ControllerLab.until(
                    "a complaint about what is not there", () -> accepted("way").equals("False/InvalidParameters"));
            assertThat(cluster.find(deployment).has("spec")).isFalse();

            parameters("deployment: 'spec: {template: {spec: {nodeSelector: {zone: a}}}}',"
                    + " horizontalPodAutoscaler: 'spec: {minReplicas: 2, maxReplicas: 4}',"
                    + " podDisruptionBudget: 'spec: {minAvailable: 1}'");
            ControllerLab.until(
                    "what is asked for",
                    () -> cluster.find(autoscaler).at("/spec/maxReplicas").asInt() == 4
                            && cluster.find(budget).at("/spec/minAvailable").asInt() == 1
                            && cluster.find(deployment)
                                    .at("/spec/template/spec/nodeSelector/zone")
                                    .asText()
                                    .equals("a"));
            ControllerLab.until("acceptance", () -> accepted("way").equals("True/Accepted"));
            assertThat(cluster.find(autoscaler)
                            .at("/metadata/ownerReferences/0/name")
                            .asText())
                    .isEqualTo("way");

            parameters("deployment: 'spec: {template: {spec: {nodeSelector: {zone: b}}}}'");
            ControllerLab.until(
                    "what is not asked for any more to go",
                    () -> cluster.find(deployment)
                                    .at("/spec/template/spec/nodeSelector/zone")
                                    .asText()
                                    .equals("b")
                            && !cluster.find(autoscaler).has("spec")
                            && !cluster.find(budget).has("spec"));

            parameters("serviceAccount: 'metadata: {labels: {half: done}}', deployment: 'spec: {replicas: many}'");
            ControllerLab.until("refusal by the server", () -> accepted("way").equals("False/InvalidParameters"));
            assertThat(cluster.find("/api/v1/namespaces/" + namespace + "/serviceaccounts/way")
                            .at("/metadata/labels/half")
                            .isMissingNode())
                    .as("nothing is applied where one object is refused")
                    .isTrue();
            parameters("daemonSet: 'spec: {}'");
            ControllerLab.until("an unknown key", () -> message("way").contains("daemonSet"));
            assertThat(cluster.find(deployment)
                            .at("/spec/template/spec/nodeSelector/zone")
                            .asText())
                    .as("the last good state stays")
                    .isEqualTo("b");
        }
    }

    @Test
    void classHasDefaultsThatAGatewayRefines() throws Exception {
        cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: defaults, namespace: " + namespace
                + ", labels: {gateway.istio.io/defaults-for-class: istio-waypoint}},"
                + " data: {deployment: 'spec: {replicas: 0, template: {spec: {priorityClassName: high}}}'}}");
        String deployments = "/apis/apps/v1/namespaces/" + namespace + "/deployments/";
        try (ControllerLab _ = start("a")) {
            parameters("deployment: 'spec: {template: {spec: {priorityClassName: low}}}'");
            gateway("plain", "");
            gateway("way", ", infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: more}}");

            ControllerLab.until(
                    "both",
                    () -> priority(deployments + "plain").equals("high")
                            && priority(deployments + "way").equals("low"));
            assertThat(cluster.find(deployments + "way").at("/spec/replicas").asInt())
                    .isZero();

            cluster.delete("/api/v1/namespaces/" + namespace + "/configmaps/defaults");
            ControllerLab.until(
                    "what the defaults said to go",
                    () -> priority(deployments + "plain").isEmpty());
        }
    }

    @Test
    void waypointIsInTheNetworkOfTheMeshAndTakesNoFurtherListeners() throws Exception {
        String deployment = "/apis/apps/v1/namespaces/" + namespace + "/deployments/way";
        try (ControllerLab _ = start("a")) {
            gateway("way", "");
            cluster.apply(
                    "{apiVersion: gateway.networking.k8s.io/v1, kind: ListenerSet, metadata: {name: more, namespace: "
                            + namespace
                            + "}, spec: {parentRef: {name: way}, listeners: [{name: l, port: 80, protocol: HTTP}]}}");
            ControllerLab.until("a waypoint", () -> cluster.find(deployment).has("spec"));

            cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: " + namespace
                    + ", labels: {topology.istio.io/network: here}}}");

            ControllerLab.until(
                    "the network",
                    () -> cluster.find(deployment)
                            .at("/spec/template/spec/containers/0/env")
                            .toString()
                            .contains("{\"name\":\"ISTIO_META_NETWORK\",\"value\":\"here\"}"));
            String set = "/apis/gateway.networking.k8s.io/v1/namespaces/" + namespace + "/listenersets/more";
            ControllerLab.until(
                    "a refusal",
                    () -> condition(set, "Programmed").path("reason").asText().equals("NotAllowed"));
        }
    }

    @Test
    void gatewayThatAnotherControllerHasDeployedForIsTakenOverOrLeft() throws Exception {
        gateway("newer", "");
        cluster.admin.merge(
                path("newer"),
                KubeCluster.YAML.readTree("{metadata: {annotations: {gateway.istio.io/controller-version: '6'}}}"));
        gateway("older", "");
        cluster.admin.merge(
                path("older"),
                KubeCluster.YAML.readTree("{metadata: {annotations: {gateway.istio.io/controller-version: '1'}}}"));
        try (ControllerLab _ = start("a")) {
            ControllerLab.until(
                    "the one it takes over",
                    () -> cluster.find("/apis/apps/v1/namespaces/" + namespace + "/deployments/older")
                            .has("spec"));
            ControllerLab.until(
                    "a claim",
                    () -> cluster.find(path("older"))
                            .path("metadata")
                            .path("annotations")
                            .path("gateway.istio.io/controller-version")
                            .asText()
                            .equals("5"));
            ControllerLab.until("a status", () -> !accepted("newer").equals("none"));
            assertThat(cluster.find("/apis/apps/v1/namespaces/" + namespace + "/deployments/newer")
                            .has("spec"))
                    .isFalse();
        }
    }

    private void gateway(String name, String more) throws IOException {
        cluster.apply("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: " + name
                + ", namespace: " + namespace + "}, spec: {gatewayClassName: istio-waypoint,"
                + " listeners: [{name: mesh, port: 15008, protocol: HBONE}]" + more + "}}");
    }

    private void parameters(String data) throws IOException {
        cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: more, namespace: " + namespace + "}, data: {"
                + data + "}}");
    }

    private String priority(String path) {
        return cluster.find(path).at("/spec/template/spec/priorityClassName").asText("");
    }

    private String path(String gateway) {
        return "/apis/gateway.networking.k8s.io/v1/namespaces/" + namespace + "/gateways/" + gateway;
    }

    private String accepted(String gateway) {
        JsonNode condition = condition(gateway);
        return condition.isMissingNode() || condition.path("observedGeneration").asInt() == 0
                ? "none"
                : condition.path("status").asText() + "/"
                        + condition.path("reason").asText();
    }

    private String message(String gateway) {
        return condition(gateway).path("message").asText("");
    }

    private JsonNode condition(String gateway) {
        return condition(path(gateway), "Accepted");
    }

    private JsonNode condition(String path, String type) {
        for (JsonNode condition : cluster.find(path).path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return ApiServer.object("", "", "").path("absent");
    }
}
