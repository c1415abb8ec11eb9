package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaypointObjectsTest {
    private final WaypointObjects objects = new WaypointObjects(new WaypointSettings(
            "example.test/waypoint:7", "istiod.istio-system.svc:15012", "cluster.local", "one", "trust.test"));

    @Test
    void gatewayBecomesAccountDeploymentAndService() {
        List<ObjectNode> made = objects.of(Trees.waypoint("", ""));

        assertThat(made)
                .extracting(object -> object.path("kind").asText()
                        + " " + object.path("metadata").path("namespace").asText()
                        + "/" + object.path("metadata").path("name").asText())
                .containsExactly("ServiceAccount shop/way", "Deployment shop/way", "Service shop/way");
        assertThat(made).allSatisfy(object -> {
            JsonNode metadata = object.path("metadata");
            assertThat(metadata.path("labels").path("gateway.istio.io/managed").asText())
                    .isEqualTo("istio.io-mesh-controller");
            assertThat(metadata.path("labels")
                            .path("gateway.networking.k8s.io/gateway-name")
                            .asText())
                    .isEqualTo("way");
            assertThat(metadata.path("ownerReferences").path(0).path("uid").asText())
                    .isEqualTo("u-1");
        });
    }

    @Test
    void podIsAWaypointOutsideTheMeshItServes() {
        JsonNode pod = deployment(Trees.waypoint("", "")).path("spec").path("template");

        assertThat(pod.path("metadata")
                        .path("labels")
                        .path("istio.io/dataplane-mode")
                        .asText())
                .isEqualTo("none");
        assertThat(pod.path("metadata")
                        .path("labels")
                        .path("sidecar.istio.io/inject")
                        .asText())
                .isEqualTo("false");
        assertThat(pod.path("spec").path("serviceAccountName").asText()).isEqualTo("way");
        JsonNode container = pod.path("spec").path("containers").path(0);
        assertThat(container.path("image").asText()).isEqualTo("example.test/waypoint:7");
        assertThat(variable(container, "CA_ADDR")).isEqualTo("istiod.istio-system.svc:15012");
        assertThat(variable(container, "TRUST_DOMAIN")).isEqualTo("trust.test");
        assertThat(variable(container, "ISTIO_META_CLUSTER_ID")).isEqualTo("one");
        assertThat(container.path("securityContext").path("runAsNonRoot").asBoolean())
                .isTrue();
    }

    @Test
    void serviceHasThePortsOfTheListeners() {
        JsonNode service = objects.of(Trees.waypoint("", "")).getLast();

        assertThat(service.path("spec").path("ports")).hasSize(2);
        JsonNode mesh = service.path("spec").path("ports").path(1);
        assertThat(mesh.path("port").asInt()).isEqualTo(15008);
        assertThat(mesh.path("appProtocol").asText()).isEqualTo("hbone");
        assertThat(service.path("metadata")
                        .path("annotations")
                        .path("networking.istio.io/traffic-distribution")
                        .asText())
                .isEqualTo("PreferClose");
        assertThat(service.path("spec").path("type").asText()).isEqualTo("ClusterIP");
    }

    @Test
    void infrastructureIsCarriedOn() {
        JsonNode gateway = Trees.waypoint(
                ", labels: {own: x}, annotations: {gateway.istio.io/service-account: other, networking.istio.io/service-type: NodePort}",
                ", infrastructure: {labels: {team: a}, annotations: {note: b}}");

        List<ObjectNode> made = objects.of(gateway);

        assertThat(made).allSatisfy(object -> {
            JsonNode metadata = object.path("metadata");
            assertThat(metadata.path("labels").path("team").asText()).isEqualTo("a");
            assertThat(metadata.path("labels").has("own")).isFalse();
            assertThat(metadata.path("annotations").path("note").asText()).isEqualTo("b");
        });
        assertThat(made.getFirst().path("metadata").path("name").asText()).isEqualTo("other");
        assertThat(deployment(gateway)
                        .path("spec")
                        .path("template")
                        .path("spec")
                        .path("serviceAccountName")
                        .asText())
                .isEqualTo("other");
        assertThat(made.getLast().path("spec").path("type").asText()).isEqualTo("NodePort");
    }

    @Test
    void labelsOfTheGatewayServeWhereNothingElseIsSaid() {
        JsonNode gateway = Trees.waypoint(
                ", labels: {topology.istio.io/network: n1}, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}",
                "");

        JsonNode deployment = deployment(gateway);

        assertThat(deployment
                        .path("metadata")
                        .path("labels")
                        .path("topology.istio.io/network")
                        .asText())
                .isEqualTo("n1");
        assertThat(deployment.path("metadata").path("annotations")).isEmpty();
        assertThat(variable(
                        deployment
                                .path("spec")
                                .path("template")
                                .path("spec")
                                .path("containers")
                                .path(0),
                        "ISTIO_META_NETWORK"))
                .isEqualTo("n1");
    }

    @Test
    void gatewayThatNamesAServiceIsNotDeployed() {
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ""))).isTrue();
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ", addresses: [{value: 10.0.0.1}]")))
                .isTrue();
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ", addresses: [{type: Hostname, value: a}]")))
                .isFalse();
    }

    private JsonNode deployment(JsonNode gateway) {
        return objects.of(gateway).get(1);
    }

    private static String variable(JsonNode container, String name) {
        for (JsonNode variable : container.path("env")) {
            if (variable.path("name").asText().equals(name)) {
                return variable.path("value").asText();
            }
        }
        return "";
    }
}
