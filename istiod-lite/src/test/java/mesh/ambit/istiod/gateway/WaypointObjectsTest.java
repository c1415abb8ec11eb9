package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaypointObjectsTest {
    private final WaypointObjects objects = objects("");

    private static WaypointObjects objects(String network) {
        return new WaypointObjects(new WaypointSettings(
                "example.test/waypoint:7",
                "istiod.istio-system.svc:15012",
                "cluster.local",
                "one",
                network,
                "trust.test",
                "blue",
                "istio-system",
                ""));
    }

    @Test
    void gatewayBecomesAccountDeploymentAndService() {
        List<ObjectNode> made = of(Trees.waypoint("", ""));

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
        JsonNode service = of(Trees.waypoint("", "")).getLast();

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
    void accountKeepsTheNameOfTheGateway() {
        JsonNode renamed = Trees.waypoint(", annotations: {gateway.istio.io/name-override: other}", "");
        JsonNode empty = Trees.waypoint(
                ", annotations: {gateway.istio.io/name-override: '', gateway.istio.io/service-account: ''}", "");

        assertThat(WaypointObjects.account(renamed)).isEqualTo("way");
        assertThat(WaypointObjects.name(renamed)).isEqualTo("other");
        assertThat(WaypointObjects.account(empty)).isEqualTo("way");
        assertThat(WaypointObjects.name(empty)).isEqualTo("way");
    }

    @Test
    void infrastructureIsCarriedOn() {
        JsonNode gateway = Trees.waypoint(
                ", labels: {own: x}, annotations: {gateway.istio.io/service-account: other, networking.istio.io/service-type: NodePort}",
                ", infrastructure: {labels: {team: a}, annotations: {note: b}}");

        List<ObjectNode> made = of(gateway);

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

    @ParameterizedTest
    @CsvSource({
        "'', 'istio-waypoint', n9, n9",
        "'', 'of-ours', none, n9",
        "', labels: {topology.istio.io/network: n1}', 'istio-waypoint', n1, n1",
        "', labels: {a: b}', 'istio-east-west', n9, n9",
    })
    void waypointIsInTheNetworkOfTheClusterUnlessItSaysAnother(
            String metadata, String gatewayClass, String label, String variable) throws ParametersException {
        JsonNode gateway = Trees.of(
                Trees.waypoint(metadata, "").toString().replace("\"istio-waypoint\"", '"' + gatewayClass + '"'));

        List<ObjectNode> made = objects("n9").of(gateway, GatewayClasses.MESH_CONTROLLER, List.of());

        assertThat(made)
                .allSatisfy(object -> assertThat(object.path("metadata")
                                .path("labels")
                                .path(WaypointPods.NETWORK)
                                .asText("none"))
                        .isEqualTo(label));
        JsonNode container = made.get(1).at("/spec/template/spec/containers/0");
        assertThat(variable(container, "ISTIO_META_NETWORK")).isEqualTo(variable);
    }

    @Test
    void infrastructureThatSaysNothingOfLabelsLeavesThoseOfTheGateway() {
        JsonNode gateway = Trees.waypoint(
                ", labels: {own: x}, annotations: {note: y}",
                ", infrastructure: {labels: {team: a, gateway.networking.k8s.io/gateway-name: other}}");

        JsonNode metadata = of(gateway).getFirst().path("metadata");

        assertThat(metadata.path("labels").path("team").asText()).isEqualTo("a");
        assertThat(metadata.path("labels").has("own")).isFalse();
        assertThat(metadata.path("labels")
                        .path("gateway.networking.k8s.io/gateway-name")
                        .asText())
                .isEqualTo("way");
        assertThat(metadata.path("annotations").path("note").asText()).isEqualTo("y");
    }

    @Test
    void overlayChangesWhatItNamesAndAsksForWhatIsOnRequest() {
        JsonNode gateway = Trees.waypoint("", "");

        List<ObjectNode> made = of(
                gateway,
                new Overlay(
                        "defaults",
                        Map.of(
                                "deployment",
                                "spec: {replicas: 2, template: {spec: {nodeSelector: {zone: a}}}}",
                                "podDisruptionBudget",
                                "spec: {minAvailable: 1}")),
                new Overlay(
                        "own",
                        Map.of(
                                "deployment",
                                "spec: {replicas: 3}",
                                "service",
                                "metadata: {labels: {gateway.istio.io/managed: mine, team: a}}",
                                "horizontalPodAutoscaler",
                                "spec: {minReplicas: 2, maxReplicas: 5}")));

        assertThat(made)
                .extracting(object -> object.path("kind").asText())
                .containsExactly(
                        "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget");
        JsonNode deployment = made.get(1).path("spec");
        assertThat(deployment.path("replicas").asInt()).isEqualTo(3);
        assertThat(deployment.at("/template/spec/nodeSelector/zone").asText()).isEqualTo("a");
        assertThat(deployment.at("/template/spec/containers/0/image").asText()).isEqualTo("example.test/waypoint:7");
        JsonNode labels = made.get(2).path("metadata").path("labels");
        assertThat(labels.path("team").asText()).isEqualTo("a");
        assertThat(labels.path("gateway.istio.io/managed").asText()).isEqualTo("istio.io-mesh-controller");
        JsonNode autoscaler = made.get(3);
        assertThat(autoscaler.at("/spec/maxReplicas").asInt()).isEqualTo(5);
        assertThat(autoscaler.at("/spec/scaleTargetRef/name").asText()).isEqualTo("way");
        assertThat(autoscaler.at("/metadata/ownerReferences/0/uid").asText()).isEqualTo("u-1");
        assertThat(made.get(4)
                        .at("/spec/selector/matchLabels")
                        .path(WaypointObjects.GATEWAY_NAME)
                        .asText())
                .isEqualTo("way");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            daemonSet  | spec: {}                                     | ConfigMap a/b: key daemonSet is not known
            deployment | '{'                                          | ConfigMap a/b, deployment: line
            deployment | '[a]'                                        | expected: a mapping
            deployment | 'metadata: {name: other}'                    | changes what the object is
            deployment | 'metadata: {ownerReferences: []}'            | changes what the object is
            deployment | 'metadata: {finalizers: [a]}'                | changes what the object is
            deployment | 'kind: Pod'                                  | changes what the object is
            deployment | 'spec: {template: {spec: {volumes: [{}]}}}'  | an element has no name
            service    | 'spec: {$setElementOrder/ports: []}'         | is not understood
            service    | 'spec: {$patch: remove}'                     | expected: one of delete, merge, replace
            """)
    void overlayThatCannotBeMergedSaysWhy(String key, String text, String reason) {
        Overlay overlay = new Overlay("ConfigMap a/b", Map.of(key, text));

        assertThatThrownBy(() -> objects.of(Trees.waypoint("", ""), GatewayClasses.MESH_CONTROLLER, List.of(overlay)))
                .isInstanceOf(ParametersException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void overlayThatIsTooLongIsNotRead() {
        Overlay overlay = new Overlay("ConfigMap a/b", Map.of("deployment", "# " + "x".repeat(65_536)));

        assertThatThrownBy(() -> objects.of(Trees.waypoint("", ""), GatewayClasses.MESH_CONTROLLER, List.of(overlay)))
                .isInstanceOf(ParametersException.class)
                .hasMessageContaining("deployment: has 65538 characters");
    }

    @Test
    void gatewayBetweenNetworksIsAWaypointThatTheOtherNetworkReaches() throws Exception {
        JsonNode gateway =
                Trees.waypoint(", labels: {topology.istio.io/network: n2}", ", addresses: [{value: 192.0.2.1}]");

        List<ObjectNode> made = objects.of(gateway, GatewayClasses.EAST_WEST_CONTROLLER, List.of());

        assertThat(made.getFirst()
                        .at("/metadata/labels")
                        .path(WaypointObjects.MANAGED)
                        .asText())
                .isEqualTo("istio.io-eastwest-controller");
        assertThat(variable(made.get(1).at("/spec/template/spec/containers/0"), "ISTIO_META_REQUESTED_NETWORK_VIEW"))
                .isEqualTo("n2");
        assertThat(made.get(2).at("/spec/type").asText()).isEqualTo("LoadBalancer");
        assertThat(made.get(2).at("/spec/loadBalancerIP").asText()).isEqualTo("192.0.2.1");
    }

    @Test
    void portsOfTheServiceHaveNamesThatPortsMayHave() {
        JsonNode gateway = Trees.of("{metadata: {name: way, namespace: shop}, spec: {listeners: ["
                + "{name: mesh.one, port: 15008, protocol: HBONE}, {name: other, port: 15008, protocol: HBONE},"
                + "{name: mesh-one, port: 443, protocol: TLS}, {name: " + "x".repeat(70)
                + ", port: 80, protocol: TCP}]}}");

        assertThat(of(gateway).getLast().at("/spec/ports"))
                .extracting(port -> port.path("name").asText())
                .containsExactly("status-port", "mesh-one", "mesh-one-443", "x".repeat(63));
    }

    @Test
    void gatewayThatNamesAServiceIsNotDeployed() {
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ""))).isTrue();
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ", addresses: [{value: 10.0.0.1}]")))
                .isTrue();
        assertThat(WaypointObjects.isManaged(Trees.waypoint("", ", addresses: [{type: Hostname, value: a}]")))
                .isFalse();
    }

    private List<ObjectNode> of(JsonNode gateway, Overlay... overlays) {
        try {
            return objects.of(gateway, GatewayClasses.MESH_CONTROLLER, List.of(overlays));
        } catch (ParametersException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode deployment(JsonNode gateway) {
        return of(gateway).get(1);
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
