package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many routes listeners have, beside an API server that stores what it is told. */
class AttachedRoutesIT {
    private static final String ROUTES = "/apis/gateway.networking.k8s.io/v1/tlsroutes";
    private static final String NAMESPACES = "/api/v1/namespaces";
    private static final String GATEWAY = """
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: ew, namespace: mesh}, spec: {
              gatewayClassName: istio-east-west, listeners: [
               {name: hbone, port: 15008, protocol: HBONE, tls: {mode: Terminate}},
               {name: own, port: 15443, protocol: TLS, tls: {mode: Passthrough}},
               {name: red, port: 15444, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {
                 from: Selector, selector: {matchLabels: {team: red}}}}}]}}
            """;

    private FakeApi api;
    private ApiServer server;
    private AttachedRoutes routes;
    private final AtomicInteger news = new AtomicInteger();

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(ROUTES, NAMESPACES);
        server = ApiServers.at(api.url());
        routes = new AttachedRoutes(
                server, new GatewayClasses(true, true), "blue", this::noted, InstantSource.system(), new Random(1));
    }

    @AfterEach
    void close() {
        routes.close();
        server.close();
        api.close();
    }

    @Test
    void routesCountOnceForEachListenerThatTakesThem() throws InterruptedException {
        assertThat(counts(GatewayClasses.EAST_WEST_CONTROLLER)).isEqualTo("hbone 0, own 0, red 0");

        route("mesh", "near", "{name: ew}, {name: ew, sectionName: own}");
        route("shop", "far", "{name: ew, namespace: mesh}");
        await("hbone 0, own 1, red 0");

        route("mesh", "other, labels: {istio.io/rev: green}", "{name: ew}");
        route("mesh", "ours, labels: {istio.io/rev: blue}", "{name: ew}");
        await("hbone 0, own 2, red 0");

        api.put(NAMESPACES, "{\"metadata\": {\"name\": \"shop\", \"labels\": {\"team\": \"red\"}}}");
        await("hbone 0, own 2, red 1");
        assertThat(counts(GatewayClasses.MESH_CONTROLLER)).isEqualTo("hbone 9, own 9, red 9");
    }

    @Test
    void nothingIsAskedWhereThereAreNoGatewaysBetweenNetworks() throws Exception {
        try (FakeApi other = new FakeApi();
                ApiServer alone = ApiServers.at(other.url());
                AttachedRoutes none = new AttachedRoutes(
                        alone,
                        new GatewayClasses(true, false),
                        "",
                        this::noted,
                        InstantSource.system(),
                        new Random(1))) {
            none.count(Trees.of(GATEWAY), GatewayClasses.EAST_WEST_CONTROLLER, status());
            assertThat(other.count("/")).isZero();
        }
    }

    private void noted() {
        news.incrementAndGet();
    }

    private void await(String expected) {
        Await.until(expected, () -> {
            try {
                return counts(GatewayClasses.EAST_WEST_CONTROLLER).equals(expected);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        // Told right after it can be seen.
        Await.until("news of it", () -> news.get() > 0);
    }

    private void route(String namespace, String name, String parents) {
        api.put(
                ROUTES,
                Trees.of("{apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: " + name
                                + ", namespace: " + namespace + "}, spec: {hostnames: [a.example], parentRefs: ["
                                + parents + "], rules: [{backendRefs: [{name: a, port: 443}]}]}}")
                        .toString());
    }

    private static ObjectNode status() {
        return Trees.of("{listeners: [{name: hbone, attachedRoutes: 9}, {name: own, attachedRoutes: 9},"
                        + " {name: red, attachedRoutes: 9}]}")
                .deepCopy();
    }

    private String counts(String controller) throws InterruptedException {
        ObjectNode status = status();
        routes.count(Trees.of(GATEWAY), controller, status);
        StringBuilder text = new StringBuilder();
        status.path("listeners")
                .forEach(listener -> text.append(text.isEmpty() ? "" : ", ")
                        .append(listener.path("name").asText())
                        .append(' ')
                        .append(listener.path("attachedRoutes").asInt()));
        return text.toString();
    }
}
