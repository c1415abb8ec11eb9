package mesh.ambit.istiod.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The controller beside an API server that stores what it is told. */
class GatewayControllerIT {
    private static final String GATEWAYS = "/apis/gateway.networking.k8s.io/v1/gateways";
    private static final String SETS = "/apis/gateway.networking.k8s.io/v1/listenersets";
    private static final String DEPLOYMENTS = "/apis/apps/v1/deployments";
    private static final String ACCOUNTS = "/api/v1/serviceaccounts";
    private static final String CONFIG_MAPS = "/api/v1/configmaps";
    private static final String NAMESPACES = "/api/v1/namespaces";

    private FakeApi api;
    private ApiServer server;
    private RevisionTags tags;
    private GatewayController controller;
    private volatile String network = "";

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi()
                .serve(
                        GATEWAYS,
                        SETS,
                        DEPLOYMENTS,
                        ACCOUNTS,
                        CONFIG_MAPS,
                        NAMESPACES,
                        "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
                        "/api/v1/services",
                        "/apis/discovery.k8s.io/v1/endpointslices",
                        "/apis/autoscaling/v2/horizontalpodautoscalers",
                        "/apis/policy/v1/poddisruptionbudgets");
        server = ApiServers.at(api.url());
        tags = RevisionTags.start(server, "default", "istio-system", InstantSource.system(), new Random(2));
        controller = GatewayController.start(
                server,
                () -> new WaypointSettings(
                        "example.test/waypoint:7",
                        "istiod.istio-system.svc:15012",
                        "cluster.local",
                        "one",
                        network,
                        "trust.test",
                        "default",
                        "istio-system",
                        ""),
                tags,
                new GatewayClasses(true, false),
                InstantSource.system(),
                new Random(1));
    }

    @AfterEach
    void close() {
        controller.close();
        tags.close();
        server.close();
        api.close();
    }

    @Test
    void waypointFollowsTheNetworkOfTheMesh() {
        gateway("istio-waypoint", "");
        Await.until("a waypoint", () -> api.find(DEPLOYMENTS, "shop/way") != null);
        assertThat(variable()).isEqualTo("none");

        network = "n1";
        controller.refresh();

        Await.until("a waypoint in the network", () -> variable().equals("n1"));
    }

    @Test
    void nothingIsChangedWhereTheServerRefusesOneOfTheObjects() {
        // Not where it is looked for: what is asked there has no query.
        api.refuse("/horizontalpodautoscalers/way?");
        api.put(CONFIG_MAPS, json("""
                {apiVersion: v1, kind: ConfigMap, metadata: {name: more, namespace: shop}, data: {
                  deployment: 'spec: {replicas: 2}', horizontalPodAutoscaler: 'spec: {maxReplicas: 0}'}}
                """));
        gateway("istio-waypoint", ", infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: more}}");

        Await.until("a complaint", () -> message().contains("refuses"));
        assertThat(accepted(GATEWAYS, "shop/way")).isEqualTo("False/InvalidParameters");
        assertThat(api.find(ACCOUNTS, "shop/way")).isNull();
        assertThat(api.find(DEPLOYMENTS, "shop/way")).isNull();

        api.refuse("");
        controller.refresh();
        Await.until("acceptance", () -> accepted(GATEWAYS, "shop/way").equals("True/Accepted"));
        JsonNode deployment = requireNonNull(api.find(DEPLOYMENTS, "shop/way"), "deployment");
        assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
    }

    @Test
    void setsOfListenersOfOurGatewaysAreRefusedAndOthersLeftAlone() {
        gateway("istio-waypoint", "");
        set("ours", "{name: way, namespace: shop}");
        set("lost", "{name: nobody, namespace: shop}");
        set("service", "{group: '', kind: Service, name: way, namespace: shop}");

        Await.until("a refusal", () -> accepted(SETS, "edge/ours").equals("False/NotAllowed"));
        assertThat(condition(SETS, "edge/ours", "Programmed")).isEqualTo("False/NotAllowed");

        // Its gateway comes later.
        api.put(GATEWAYS, json("""
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: nobody, namespace: shop,
                 generation: 1}, spec: {gatewayClassName: istio-remote, listeners: []}}
                """));
        Await.until("the next refusal", () -> accepted(SETS, "edge/lost").equals("False/NotAllowed"));
        assertThat(accepted(SETS, "edge/service")).isEqualTo("none");
    }

    @Test
    void whatIsDeployedForOneGatewayIsNotMadeAnothers() {
        api.put(GATEWAYS, renamed("one"));
        Await.until("a deployment", () -> owner().equals("u-one"));
        Await.until(
                "its status",
                () -> !condition(GATEWAYS, "shop/one", "Programmed").equals("none"));

        api.put(GATEWAYS, renamed("two"));
        Await.until(
                "a complaint",
                () -> String.valueOf(api.find(GATEWAYS, "shop/two")).contains("Deployment shared is of Gateway one"));
        assertThat(owner()).isEqualTo("u-one");

        api.remove(GATEWAYS, "shop/one");
        api.put(GATEWAYS, renamed("two"));
        Await.until("the other's", () -> owner().equals("u-two"));
    }

    @Test
    void gatewaysMayShareAnAccount() {
        for (String name : List.of("one", "two")) {
            api.put(GATEWAYS, renamed(name).replace("name-override", "service-account"));
            Await.until("its deployment", () -> api.find(DEPLOYMENTS, "shop/" + name) != null);
            Await.until(
                    "its status",
                    () -> !condition(GATEWAYS, "shop/" + name, "Programmed").equals("none"));
        }

        assertThat(String.valueOf(api.find(GATEWAYS, "shop/two"))).doesNotContain("is of Gateway");
        assertThat(api.find(ACCOUNTS, "shop/shared")).isNotNull();
    }

    private static String renamed(String name) {
        return json(
                "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: " + name
                        + ", namespace: shop, uid: u-" + name
                        + ", generation: 1, annotations: {gateway.istio.io/name-override:"
                        + " shared}}, spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}}");
    }

    private String owner() {
        JsonNode deployment = api.find(DEPLOYMENTS, "shop/shared");
        return deployment == null
                ? "none"
                : deployment.at("/metadata/ownerReferences/0/uid").asText();
    }

    @Test
    void refusedDeploymentIsToldInTheStatus() {
        api.refuse("PATCH /apis/apps", 403, "deployments is forbidden");
        gateway("istio-waypoint", "");

        Await.until(
                "a complaint",
                () -> String.valueOf(api.find(GATEWAYS, "shop/way")).contains("not deployed: "));
        assertThat(condition(GATEWAYS, "shop/way", "Programmed")).isEqualTo("False/AddressNotUsable");

        api.refuse("");
        Await.until("a deployment", () -> api.find(DEPLOYMENTS, "shop/way") != null);
    }

    @Test
    void gatewayOfANamespaceOfAnotherRevisionIsLeftAloneUntilTheNamespaceIsOurs() throws Exception {
        api.put(NAMESPACES, json("{metadata: {name: shop, labels: {istio.io/rev: green}}}"));
        api.put(NAMESPACES, json("{metadata: {name: other}}"));
        Await.until("the namespaces", () -> !tags.isMine("shop", Map.of()));
        gateway("istio-waypoint", "");
        api.put(GATEWAYS, json("""
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: way, namespace: other,
                 generation: 1}, spec: {gatewayClassName: istio-waypoint, listeners: []}}
                """));
        Await.until("that of the other namespace", () -> api.find(DEPLOYMENTS, "other/way") != null);
        assertThat(api.find(DEPLOYMENTS, "shop/way")).isNull();
        assertThat(accepted(GATEWAYS, "shop/way")).isEqualTo("none");

        api.put(NAMESPACES, json("{metadata: {name: shop}}"));

        Await.until("this one", () -> api.find(DEPLOYMENTS, "shop/way") != null);
    }

    @Test
    void gatewayThatNamesAServiceIsFoundThereWhateverItsLabels() {
        String services = "/api/v1/namespaces/shop/services";
        String slices = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
        api.serve(services, slices);
        gateway("istio-waypoint", ", addresses: [{type: Hostname, value: hand.shop.svc.cluster.local}]");
        Await.until(
                "a complaint",
                () -> condition(GATEWAYS, "shop/way", "Programmed").equals("False/AddressNotUsable"));
        assertThat(api.count("fieldSelector=metadata.name%3Dhand")).isPositive();
        assertThat(api.count("labelSelector=kubernetes.io%2Fservice-name%3Dhand"))
                .isPositive();

        api.put(services, json("""
                {apiVersion: v1, kind: Service, metadata: {name: hand, namespace: shop},
                 spec: {clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9], ports: [{name: mesh, port: 15008}]}}
                """));
        Await.until(
                "nobody behind it",
                () -> condition(GATEWAYS, "shop/way", "Programmed").equals("False/AddressNotAssigned"));
        api.put(slices, json("""
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
                 metadata: {name: hand-1, namespace: shop, labels: {kubernetes.io/service-name: hand}},
                 endpoints: [{addresses: [10.1.0.1]}], ports: [{name: mesh, port: 15008}]}
                """));

        Await.until(
                "an address",
                () -> condition(GATEWAYS, "shop/way", "Programmed").equals("True/Programmed"));
        assertThat(requireNonNull(api.find(GATEWAYS, "shop/way"))
                        .at("/status/addresses")
                        .toString())
                .contains("10.0.0.9", "hand.shop.svc.cluster.local");
        assertThat(api.find(DEPLOYMENTS, "shop/way")).isNull();

        gateway("istio-waypoint", ", addresses: [{type: Hostname, value: other.shop.svc.cluster.local}]");
        Await.until(
                "another complaint",
                () -> condition(GATEWAYS, "shop/way", "Programmed").equals("False/AddressNotUsable"));
    }

    private void gateway(String gatewayClass, String more) {
        api.put(
                GATEWAYS,
                json("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: way,"
                        + " namespace: shop, uid: u-1, generation: 1, annotations: {gateway.istio.io/controller-version: '5'}},"
                        + " spec: {gatewayClassName: " + gatewayClass
                        + ", listeners: [{name: mesh, port: 15008, protocol: HBONE}]" + more + "}}"));
    }

    private void set(String name, String parent) {
        api.put(
                SETS,
                json("{apiVersion: gateway.networking.k8s.io/v1, kind: ListenerSet, metadata: {name: " + name
                        + ", namespace: edge, generation: 1}, spec: {parentRef: " + parent
                        + ", listeners: [{name: l, port: 80, protocol: HTTP}]}}"));
    }

    private static String json(String yaml) {
        return Trees.of(yaml).toString();
    }

    private String variable() {
        JsonNode deployment = api.find(DEPLOYMENTS, "shop/way");
        if (deployment != null) {
            for (JsonNode variable : deployment.at("/spec/template/spec/containers/0/env")) {
                if (variable.path("name").asText().equals("ISTIO_META_NETWORK")) {
                    return variable.path("value").asText();
                }
            }
        }
        return "none";
    }

    private String accepted(String collection, String key) {
        return condition(collection, key, "Accepted");
    }

    private String message() {
        JsonNode gateway = api.find(GATEWAYS, "shop/way");
        return gateway == null ? "" : gateway.at("/status/conditions/0/message").asText("");
    }

    private String condition(String collection, String key, String type) {
        JsonNode object = api.find(collection, key);
        return object == null ? "none" : Trees.condition(object.path("status"), type);
    }
}
