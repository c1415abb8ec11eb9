package mesh.ambit.istiod.gateway;

import static mesh.ambit.istiod.gateway.Trees.condition;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            protocol: HBONE, port: 15008                         | istio.io/mesh-controller     | True/Accepted
            protocol: HBONE, port: 15009                         | istio.io/mesh-controller     | False/UnsupportedProtocol
            protocol: HTTP, port: 80                             | istio.io/mesh-controller     | False/UnsupportedProtocol
            'protocol: HBONE, port: 15008, tls: {mode: Terminate}' | istio.io/eastwest-controller | True/Accepted
            protocol: HBONE, port: 15008                         | istio.io/eastwest-controller | False/UnsupportedProtocol
            'protocol: TLS, port: 443, tls: {mode: Passthrough}' | istio.io/eastwest-controller | True/Accepted
            'protocol: TLS, port: 443, tls: {mode: Terminate}'   | istio.io/eastwest-controller | False/UnsupportedProtocol
            """)
    void listenerOfAnotherProtocolIsNotAccepted(String listener, String controller, String expected) {
        JsonNode status = of("{name: a, " + listener + "}", controller).path(0);

        assertThat(condition(status, "Accepted")).isEqualTo(expected);
        assertThat(condition(status, "Conflicted")).isEqualTo("False/NoConflicts");
        assertThat(condition(status, "Programmed")).isEqualTo("True/Programmed");
        assertThat(status.path("attachedRoutes").asInt()).isZero();
    }

    @Test
    void listenersOfClassesWithoutListenerSetsAreNotInEachOthersWay() {
        JsonNode statuses = of(
                "{name: a, port: 15008, protocol: HBONE}, {name: b, port: 15008, protocol: HBONE}",
                GatewayClasses.MESH_CONTROLLER);

        assertThat(condition(statuses.path(0), "Conflicted")).isEqualTo("False/NoConflicts");
        assertThat(condition(statuses.path(1), "Conflicted")).isEqualTo("False/NoConflicts");
        assertThat(condition(statuses.path(1), "Accepted")).isEqualTo("True/Accepted");
    }

    @Test
    void kindsOfRoutesThatAListenerCannotTakeAreToldOf() {
        JsonNode statuses = of(
                "{name: a, port: 1, protocol: TLS, allowedRoutes: {kinds: [{kind: TLSRoute}, {kind: HTTPRoute}]}},"
                        + " {name: b, port: 2, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}",
                GatewayClasses.EAST_WEST_CONTROLLER);

        assertThat(condition(statuses.path(0), "ResolvedRefs")).isEqualTo("False/InvalidRouteKinds");
        assertThat(statuses.path(0).path("supportedKinds"))
                .isEqualTo(Trees.of("[{group: gateway.networking.k8s.io, kind: TLSRoute}]"));
        assertThat(condition(statuses.path(1), "ResolvedRefs")).isEqualTo("True/ResolvedRefs");
        assertThat(statuses.path(1).path("supportedKinds"))
                .isEqualTo(Trees.of("[{group: gateway.networking.k8s.io, kind: GRPCRoute}]"));
    }

    @Test
    void listenersWithoutAKnownProtocolAreNotValid() {
        String known = "{name: a, port: 15008, protocol: HBONE}";
        String unknown = "{name: b, port: 1, protocol: hbone}";

        assertThat(judge(known).areSomeInvalid()).isFalse();
        assertThat(judge(known + ", " + unknown).areSomeInvalid()).isTrue();
        assertThat(judge(known + ", " + unknown).areAllInvalid()).isFalse();
        assertThat(judge(unknown).areAllInvalid()).isTrue();
        assertThat(of(unknown, GatewayClasses.MESH_CONTROLLER)
                        .path(0)
                        .path("conditions")
                        .path(0)
                        .path("message")
                        .asText())
                .contains("perhaps HBONE is meant");
    }

    private static Listeners judge(String listeners) {
        return Listeners.of(Trees.of("{spec: {listeners: [" + listeners + "]}}"), GatewayClasses.MESH_CONTROLLER);
    }

    private static JsonNode of(String listeners, String controller) {
        return Listeners.of(Trees.of("{spec: {listeners: [" + listeners + "]}}"), controller)
                .status(Trees.of("[]"), 1, Instant.EPOCH);
    }
}
