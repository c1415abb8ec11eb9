package mesh.ambit.istiod.gateway;

import static mesh.ambit.istiod.gateway.Trees.condition;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatewayStatusTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final String SERVICE =
            "{metadata: {name: way, labels: {gateway.istio.io/managed: istio.io-mesh-controller}},"
                    + " spec: {type: ClusterIP, clusterIPs: [10.96.0.9, 'fd00::9'],"
                    + " ports: [{name: status-port, port: 15021}, {name: mesh, port: 15008}]}}";
    private static final String READY =
            "{ports: [{name: status-port, port: 15021}, {name: mesh, port: 15008}], endpoints: [{addresses: [10.0.0.1],"
                    + " conditions: {ready: true}}]}";

    private final GatewayStatus statuses = new GatewayStatus("cluster.local");

    @Test
    void waypointWithAReadyInstanceHasBothKindsOfAddresses() {
        ObjectNode status = waypoint(Trees.waypoint("", ""), backend(SERVICE, READY));

        assertThat(condition(status, "Accepted")).isEqualTo("True/Accepted");
        assertThat(condition(status, "Programmed")).isEqualTo("True/Programmed");
        assertThat(condition(status, "ResolvedRefs")).isEqualTo("True/ResolvedRefs");
        assertThat(addresses(status))
                .containsExactly("IPAddress 10.96.0.9", "IPAddress fd00::9", "Hostname way.shop.svc.cluster.local");
        assertThat(condition(status.path("listeners").path(0), "Accepted")).isEqualTo("True/Accepted");
        assertThat(condition(status.path("listeners").path(0), "Conflicted")).isEqualTo("False/NoConflicts");
    }

    @Test
    void parametersThatCannotBeHadAreToldOf() {
        ObjectNode status = statuses.of(
                Trees.waypoint("", ""),
                GatewayClasses.MESH_CONTROLLER,
                _ -> backend(SERVICE, READY),
                Deployed.unchanged("there is no ConfigMap shop/more"),
                NOW);

        assertThat(condition(status, "Accepted")).isEqualTo("False/InvalidParameters");
        assertThat(condition(status, "Programmed")).isEqualTo("True/Programmed");
        assertThat(status.path("conditions").path(0).path("message").asText())
                .isEqualTo("there is no ConfigMap shop/more");
    }

    @Test
    void waypointWithoutServiceIsNotUsable() {
        ObjectNode status = waypoint(Trees.waypoint("", ""), null);

        assertThat(condition(status, "Accepted")).isEqualTo("True/Accepted");
        assertThat(condition(status, "Programmed")).isEqualTo("False/AddressNotUsable");
        assertThat(status.has("addresses")).isFalse();
    }

    @Test
    void waypointWithoutReadyInstanceIsNotAssigned() {
        String notReady = READY.replace("ready: true", "ready: false");

        ObjectNode status = waypoint(Trees.waypoint("", ""), backend(SERVICE, notReady));

        assertThat(condition(status, "Programmed")).isEqualTo("False/AddressNotAssigned");
        assertThat(status.has("addresses")).isFalse();
    }

    @Test
    void addressesStayWhenInstancesGo() {
        ObjectNode gateway = Trees.waypoint("", "").deepCopy();
        gateway.set("status", waypoint(gateway, backend(SERVICE, READY)));

        ObjectNode status = waypoint(gateway, backend(SERVICE, READY.replace("ready: true", "ready: false")));

        assertThat(condition(status, "Programmed")).isEqualTo("False/AddressNotAssigned");
        assertThat(addresses(status)).hasSize(3);
    }

    @Test
    void whatCouldNotBeDeployedIsToldWhereNobodyIsReady() {
        Deployed deployed = Deployed.failed(new IOException("forbidden"));

        ObjectNode without =
                statuses.of(Trees.waypoint("", ""), GatewayClasses.MESH_CONTROLLER, _ -> null, deployed, NOW);
        ObjectNode ready = statuses.of(
                Trees.waypoint("", ""), GatewayClasses.MESH_CONTROLLER, _ -> backend(SERVICE, READY), deployed, NOW);

        assertThat(without.path("conditions").toString()).contains("not deployed: forbidden");
        assertThat(condition(ready, "Programmed")).isEqualTo("True/Programmed");
    }

    @Test
    void whoeverIsReadyUnderTheNameOfAnotherGatewayIsNotOurs() {
        Deployed deployed = new Deployed(null, List.of(), List.of("Deployment way is of Gateway other"));

        ObjectNode status = statuses.of(
                Trees.waypoint("", ""), GatewayClasses.MESH_CONTROLLER, _ -> backend(SERVICE, READY), deployed, NOW);

        assertThat(condition(status, "Programmed")).isEqualTo("False/AddressNotAssigned");
        assertThat(status.has("addresses")).isFalse();
    }

    @Test
    void serviceThatIsNotLookedAtIsNotSaidToBeMissing() {
        ObjectNode status = waypoint(Trees.waypoint("", ""), GatewayBackend.UNSEEN);

        assertThat(condition(status, "Programmed")).isEqualTo("False/AddressNotUsable");
        assertThat(status.path("conditions").toString())
                .contains("is not looked at: too many")
                .doesNotContain("there is no Service");
    }

    @Test
    void whatIsAsItWasKeepsItsTime() {
        ObjectNode gateway = Trees.waypoint("", "").deepCopy();
        ObjectNode first = waypoint(gateway, backend(SERVICE, READY));
        gateway.set("status", first.deepCopy());

        ObjectNode later = statuses.of(
                gateway,
                GatewayClasses.MESH_CONTROLLER,
                _ -> backend(SERVICE, READY),
                Deployed.WELL,
                NOW.plus(Duration.ofHours(1)));

        assertThat(later).isEqualTo(first);
    }

    @Test
    void waypointListensForTunnelsOnly() {
        JsonNode gateway = Trees.of("{metadata: {name: way, namespace: shop}, spec: {gatewayClassName: istio-waypoint,"
                + " listeners: [{name: web, port: 1234, protocol: HTTP}]}}");

        ObjectNode status = waypoint(gateway, null);

        assertThat(condition(status.path("listeners").path(0), "Accepted")).isEqualTo("False/UnsupportedProtocol");
        assertThat(condition(status, "Accepted")).isEqualTo("True/Accepted");
    }

    @Test
    void listenersThatAreGoneLeave() {
        ObjectNode gateway = Trees.waypoint("", "").deepCopy();
        gateway.set(
                "status",
                Trees.of("{listeners: [{name: old}, {name: mesh, conditions: [{type: Accepted, status: 'True',"
                        + " lastTransitionTime: then}]}]}"));

        ObjectNode status = waypoint(gateway, null);

        assertThat(status.path("listeners")).hasSize(1);
        assertThat(status.at("/listeners/0/conditions/0/lastTransitionTime").asText())
                .isEqualTo("then");
    }

    @Test
    void gatewayThatNamesItsServiceIsFoundThere() {
        JsonNode gateway = Trees.waypoint("", ", addresses: [{type: Hostname, value: way}]");

        assertThat(condition(waypoint(gateway, backend(SERVICE, READY)), "Programmed"))
                .isEqualTo("True/Programmed");
        JsonNode mixed =
                Trees.waypoint("", ", addresses: [{type: Hostname, value: way}, {type: IPAddress, value: 10.0.0.1}]");
        assertThat(condition(waypoint(mixed, backend(SERVICE, READY)), "Accepted"))
                .isEqualTo("False/UnsupportedAddress");
    }

    @Test
    void externalAddressesComeFirstAndAreAwaited() {
        String balanced = SERVICE.replace("type: ClusterIP", "type: LoadBalancer");
        ObjectNode waiting = waypoint(Trees.waypoint("", ""), backend(balanced, READY));
        assertThat(condition(waiting, "Programmed")).isEqualTo("False/AddressNotAssigned");

        ObjectNode given = waypoint(
                Trees.waypoint("", ""),
                backend(balanced.replaceFirst("}$", ", status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}"), READY));

        assertThat(addresses(given)).containsExactly("IPAddress 192.0.2.1");
        assertThat(condition(given, "Programmed")).isEqualTo("True/Programmed");
    }

    @Test
    void gatewayOfAnotherClusterIsLeftAsItIs() {
        JsonNode gateway = Trees.of(
                "{metadata: {name: east, namespace: istio-system}, spec: {gatewayClassName: istio-remote,"
                        + " addresses: [{type: IPAddress, value: 192.0.2.9}], listeners: [{name: a, port: 15008, protocol: HBONE}]}}");

        ObjectNode status = statuses.of(gateway, GatewayClasses.UNMANAGED_CONTROLLER, _ -> null, Deployed.WELL, NOW);

        assertThat(addresses(status)).containsExactly("IPAddress 192.0.2.9");
        assertThat(condition(status, "Programmed")).isEqualTo("True/Programmed");
    }

    @Test
    void gatewayOfAnotherClusterWithoutAddressIsSaidToHaveNone() {
        ObjectNode gateway = Trees.of("{metadata: {name: east, namespace: istio-system}, spec: {gatewayClassName:"
                        + " istio-remote}, status: {addresses: [{type: IPAddress, value: 192.0.2.9}]}}")
                .deepCopy();

        ObjectNode status = statuses.of(gateway, GatewayClasses.UNMANAGED_CONTROLLER, _ -> null, Deployed.WELL, NOW);
        assertThat(status.has("addresses")).isFalse();

        gateway.set("status", status);
        assertThat(statuses.of(gateway, GatewayClasses.UNMANAGED_CONTROLLER, _ -> null, Deployed.WELL, NOW))
                .isEqualTo(status);
    }

    @Test
    void gatewayThatNamesNothingUsableHasAnUnsupportedAddress() {
        ObjectNode status = waypoint(Trees.waypoint("", ", addresses: [{type: NamedAddress, value: way}]"), null);

        assertThat(condition(status, "Accepted")).isEqualTo("False/UnsupportedAddress");
        assertThat(condition(status, "Programmed")).isEqualTo("False/UnsupportedAddress");
    }

    @Test
    void typeOfAServiceThatIsSomebodyElsesIsNotOurs() {
        String typed = ", annotations: {networking.istio.io/service-type: ClusterIP}";

        ObjectNode named =
                waypoint(Trees.waypoint(typed, ", addresses: [{type: Hostname, value: way}]"), backend(SERVICE, READY));
        assertThat(condition(named, "Accepted")).isEqualTo("False/DeprecatedField");
        assertThat(condition(named, "Programmed")).isEqualTo("True/Programmed");

        ObjectNode made = waypoint(Trees.waypoint(typed, ""), backend(SERVICE, READY));
        assertThat(condition(made, "Accepted")).isEqualTo("True/Accepted");
    }

    @Test
    void listenerThatDoesNotSayHowItsTlsIsMeantHasNoPort() {
        JsonNode gateway = Trees.of("{metadata: {name: way, namespace: shop}, spec: {gatewayClassName: istio-waypoint,"
                + " listeners: [{name: mesh, port: 15008, protocol: HBONE}, {name: tls, port: 443, protocol: TLS}]}}");

        assertThat(condition(waypoint(gateway, backend(SERVICE, READY)), "Programmed"))
                .isEqualTo("True/Programmed");
    }

    private ObjectNode waypoint(JsonNode gateway, @Nullable GatewayBackend backend) {
        return statuses.of(
                gateway,
                GatewayClasses.MESH_CONTROLLER,
                name -> name.equals("way") ? backend : null,
                Deployed.WELL,
                NOW);
    }

    private static GatewayBackend backend(String service, String slice) {
        return GatewayBackend.of(Trees.of(service), List.of(Trees.of(slice)));
    }

    private static List<String> addresses(JsonNode status) {
        List<String> addresses = new ArrayList<>();
        status.path("addresses")
                .forEach(address -> addresses.add(address.path("type").asText() + " "
                        + address.path("value").asText()));
        return addresses;
    }
}
