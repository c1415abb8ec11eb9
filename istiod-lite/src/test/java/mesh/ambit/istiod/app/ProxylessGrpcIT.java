package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.ControllerLab.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mesh.ambit.testkit.Ports;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stock gRPC clients and servers that have nothing but an xDS bootstrap, against the controller. */
class ProxylessGrpcIT extends ProxylessLab {
    @BeforeEach
    void describeTheService() throws IOException {
        lab.write("web.yaml", service("web"));
    }

    private String service(String name) {
        return """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: shop}
            spec: {selector: {app: %s}, ports: [{name: grpc, port: 80, targetPort: %d}]}
            """.formatted(name, name, grpc.port);
    }

    private static String pod(String name, String app, String address) {
        return """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: shop, labels: {app: %2$s, version: %1$s}}
            spec: {serviceAccountName: %2$s, nodeName: node-a, containers: [{name: main}]}
            status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
            """.formatted(name, app, address);
    }

    private int port() {
        return lab.running().plaintextPort();
    }

    private ManagedChannel web() {
        return grpc.channel(port(), "shop", WEB);
    }

    @Test
    void takesTurnsAmongEndpointsThatComeAndGo() throws IOException {
        // given
        grpc.serve("one", "127.77.0.1");
        grpc.serve("two", "127.77.0.2");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.start();

        // when
        ManagedChannel channel = web();

        // then
        assertThat(GrpcClients.tally(channel, 4)).containsOnlyKeys("one");
        lab.write("two.yaml", pod("two", "web", "127.77.0.2"));
        until("both", () -> GrpcClients.tally(channel, 10).size() == 2);
        assertThat(GrpcClients.tally(channel, 20).get("one")).isBetween(8, 12);
        lab.write("one.yaml", "");
        until("the other alone", () -> !GrpcClients.tally(channel, 10).containsKey("one"));
        assertThat(lab.page("/debug/syncz").body())
                .contains("envoy.config.endpoint.v3.ClusterLoadAssignment")
                .doesNotContain("\"ERROR\"");
    }

    @Test
    void findsServicesByShortNamesAndOnesOfOtherNamespaces() throws IOException {
        // given
        grpc.serve("one", "127.77.0.1");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.start();

        // then
        assertThat(GrpcClients.say(grpc.channel(port(), "shop", "web:80"))).isEqualTo("one");
        assertThat(GrpcClients.say(grpc.channel(port(), "shop", "web"))).isEqualTo("one");
        assertThat(GrpcClients.say(grpc.channel(port(), "other", "web.shop:80")))
                .isEqualTo("one");
        assertThat(GrpcClients.say(grpc.channel(port(), "other", WEB))).isEqualTo("one");
    }

    @Test
    void aServiceThatIsGoneIsUnavailableAndComesBack() throws IOException {
        // given
        grpc.serve("one", "127.77.0.1");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.start();
        ManagedChannel channel = web();
        assertThat(GrpcClients.say(channel)).isEqualTo("one");

        // when
        lab.write("web.yaml", "");

        // then
        until("gone", () -> GrpcClients.failure(channel, GrpcClients.SAY, "").getCode() == Status.Code.UNAVAILABLE);
        lab.write("web.yaml", service("web"));
        until("back", () -> GrpcClients.failure(channel, GrpcClients.SAY, "").isOk());
    }

    @Test
    void goesOnWithoutTheControllerAndFollowsTheNextOne() throws IOException {
        // given
        grpc.serve("one", "127.77.0.1");
        grpc.serve("two", "127.77.0.2");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.plaintext = "127.0.0.1:" + Ports.free();
        lab.start();
        ManagedChannel channel = web();
        assertThat(GrpcClients.say(channel)).isEqualTo("one");

        // when
        lab.stop();

        // then
        assertThat(GrpcClients.tally(channel, 5)).containsOnlyKeys("one");
        lab.write("two.yaml", pod("two", "web", "127.77.0.2"));
        lab.start();
        until("news of the next controller", () -> GrpcClients.tally(channel, 4).size() == 2);
    }

    @Test
    void aServerLetsInWhomPoliciesAllow() throws IOException {
        // given
        lab.write("one.yaml", pod("one", "web", "127.0.0.1"));
        lab.write("policy.yaml", """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nothing, namespace: shop}
            spec: {}
            """);
        lab.start();
        Server server = grpc.serveByXds("one", "127.0.0.1", port());
        server.start();
        ManagedChannel channel = web();

        // then
        assertThat(GrpcClients.failure(channel, GrpcClients.SAY, "").getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        lab.write("policy.yaml", """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nothing, namespace: shop}
            spec:
              rules: [{to: [{operation: {paths: [/test.Echo/Say]}}]}]
            """);
        until("allowed", () -> GrpcClients.failure(channel, GrpcClients.SAY, "").isOk());
        assertThat(GrpcClients.failure(channel, GrpcClients.SHOUT, "").getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    private void serveTwoVersions() throws IOException {
        grpc.serve("one", "127.77.0.1");
        grpc.serve("two", "127.77.0.2");
        lab.write("pods.yaml", pod("one", "web", "127.77.0.1") + pod("two", "web", "127.77.0.2"));
        lab.write("versions.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: one, namespace: shop}
            spec: {selector: {version: one}, ports: [{name: grpc, port: 80, targetPort: %1$d}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: two, namespace: shop}
            spec: {selector: {version: two}, ports: [{name: grpc, port: 80, targetPort: %1$d}]}
            """.formatted(grpc.port));
        lab.start();
    }

    /** With a share of a fifth, 300 calls are outside of these bounds less than once in a million runs. */
    private static void assertFourToOne(ManagedChannel channel) {
        // By turns each would have half of them.
        until("split", () -> {
            Integer share = GrpcClients.tally(channel, 40).get("two");
            return share != null && share < 16;
        });
        assertThat(GrpcClients.tally(channel, 300).get("two")).isBetween(25, 100);
    }

    @Test
    void asksThoseThatHaveLessToDoWhereARuleSaysSo() throws Exception {
        // given
        grpc.serve("one", "127.77.0.1");
        grpc.serve("two", "127.77.0.2");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.write("rule.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}
            """);
        lab.start();
        ManagedChannel channel = web();
        assertThat(GrpcClients.say(channel)).isEqualTo("one");
        List<Future<String>> underWay = Stream.generate(() -> GrpcClients.answeredLater(channel))
                .limit(5)
                .toList();
        until("under way", () -> grpc.owed() == underWay.size());

        // when
        lab.write("two.yaml", pod("two", "web", "127.77.0.2"));

        // then: one that is busy is asked only if a client looks at it twice, a quarter of all calls; by turns, half
        until("both", () -> GrpcClients.tally(channel, 40).getOrDefault("two", 0) > 24);
        assertThat(GrpcClients.tally(channel, 300).get("one")).isBetween(35, 115);
        grpc.answerAll();
        for (Future<String> call : underWay) {
            assertThat(call.get()).isEqualTo("one");
        }
    }

    @Test
    void splitsByHttpRoute() throws IOException {
        // given
        serveTwoVersions();
        lab.write("route.yaml", """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: split, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: web}]
              rules:
              - matches: [{path: {type: PathPrefix, value: /test.Echo}, headers: [{name: version, value: two}]}]
                backendRefs: [{name: two, port: 80}]
              - backendRefs: [{name: one, port: 80, weight: 80}, {name: two, port: 80, weight: 20}]
            """);

        // when
        ManagedChannel channel = web();

        // then
        assertFourToOne(channel);
        for (int i = 0; i < 20; i++) {
            assertThat(GrpcClients.call(channel, GrpcClients.SAY, "", "version", "two"))
                    .isEqualTo("two");
        }
    }

    @Test
    void splitsByGrpcRouteAndTellsMethodsApart() throws IOException {
        // given
        serveTwoVersions();
        lab.write("route.yaml", """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: {name: split, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: web, port: 80}]
              rules:
              - matches: [{method: {service: test.Echo, method: Shout}}]
                backendRefs: [{name: two, port: 80}]
              - matches: [{method: {service: test.Echo}}]
                backendRefs: [{name: one, port: 80, weight: 4}, {name: two, port: 80, weight: 1}]
            """);

        // when
        ManagedChannel channel = web();

        // then
        assertFourToOne(channel);
        for (int i = 0; i < 20; i++) {
            assertThat(GrpcClients.call(channel, GrpcClients.SHOUT, "")).isEqualTo("TWO");
        }
    }

    @Test
    void splitsSubsetsByVirtualServiceAndHoldsToItsTimeout() throws IOException {
        // given
        serveTwoVersions();
        lab.write("route.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec:
              host: web
              subsets: [{name: v1, labels: {version: one}}, {name: v2, labels: {version: two}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec:
              hosts: [web]
              http:
              - match: [{headers: {fast: {exact: "yes"}}}]
                timeout: 0.2s
                route: [{destination: {host: web, subset: v2}}]
              - route:
                - {destination: {host: web, subset: v1}, weight: 80}
                - {destination: {host: web, subset: v2}, weight: 20}
            """);

        // when
        ManagedChannel channel = web();

        // then
        assertFourToOne(channel);
        // A slow machine may need more than its time now and then.
        until(
                "in time",
                () -> GrpcClients.failure(channel, GrpcClients.SAY, "", "fast", "yes")
                        .isOk());
        assertThat(GrpcClients.failure(channel, GrpcClients.SAY, "slowly", "fast", "yes")
                        .getCode())
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void whatCannotBeSaidGoesNowhereAndSpoilsNothingElse() throws IOException {
        // given
        serveTwoVersions();
        lab.write("route.yaml", """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec:
              hosts: [web.shop.svc.cluster.local]
              http:
              - match: [{uri: {exact: /test.Echo/Shout}}]
                redirect: {uri: /elsewhere}
              - route: [{destination: {host: one}}]
            """);

        // when
        ManagedChannel channel = web();

        // then
        until(
                "nowhere",
                () -> GrpcClients.failure(channel, GrpcClients.SHOUT, "").getCode() == Status.Code.UNAVAILABLE);
        assertThat(GrpcClients.tally(channel, 20)).containsOnlyKeys("one");
        until("the reason", () -> lab.page("/debug/problems").body().contains("a redirect is not possible"));
        assertThat(lab.page("/debug/syncz").body()).doesNotContain("ERROR");
        assertThat(lab.page(lab.running().monitoringPort(), "/metrics").body())
                .contains("pilot_xds_pushes{type=\"rds\"}")
                .doesNotContain("pilot_xds_rds_reject");
    }

    /** Either alone would leave calls without a way: the subset while the route still leads there. */
    @Test
    void noCallFailsWhileASubsetAndTheRouteToItGoAtOnce() throws IOException, InterruptedException {
        // given
        grpc.serve("one", "127.77.0.1");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        String subset = """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, subsets: [{name: v1, labels: {version: one}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}
            """;
        lab.write("rules.yaml", subset);
        lab.start();
        ManagedChannel channel = web();
        assertThat(GrpcClients.tally(channel, 4)).containsOnlyKeys("one");

        // when
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < 10; i++) {
            lab.write("rules.yaml", i % 2 == 0 ? "" : subset);
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < until) {
                Status status = GrpcClients.failure(channel, GrpcClients.SAY, "");
                answers.merge(
                        status.isOk() ? String.valueOf(status.getDescription()) : status.toString(), 1, Integer::sum);
            }
        }

        // then
        assertThat(answers).containsOnlyKeys("one");
    }

    @Test
    void aSubsetThatAloneGoesTakesItsCallsWithIt() throws IOException {
        // given
        grpc.serve("one", "127.77.0.1");
        lab.write("one.yaml", pod("one", "web", "127.77.0.1"));
        lab.write("subset.yaml", """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, subsets: [{name: v1, labels: {version: one}}]}
            """);
        lab.write("route.yaml", """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}
            """);
        lab.start();
        ManagedChannel channel = web();
        assertThat(GrpcClients.tally(channel, 4)).containsOnlyKeys("one");

        // when
        lab.write("subset.yaml", "");

        // then
        until(
                "nothing answers",
                () -> GrpcClients.failure(channel, GrpcClients.SAY, "")
                        .getCode()
                        .equals(Status.Code.UNAVAILABLE));
    }
}
