package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompilationTest {
    private static final String ADDRESS = "istio.workload.Address";
    private static final String AUTHORIZATION = "istio.security.Authorization";

    private static final String SHOP = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {istio.io/dataplane-mode: ambient}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop, labels: {app: web}}
        spec: {nodeName: node-a, containers: [{name: web}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: db, namespace: store, labels: {app: db}}
        spec: {nodeName: node-b, containers: [{name: db}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: web, namespace: shop}
        spec: {selector: {matchLabels: {app: web}}, rules: [{}]}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: store, namespace: store}
        spec: {rules: [{}]}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: all, namespace: istio-system}
        spec: {action: DENY, rules: [{}]}
        """;

    @TempDir
    Path folder;

    /** Recorded states of one moment in which the reference made none of its known mistakes. */
    static List<String> scenarios() throws Exception {
        String defects = Files.readString(recorded("known-upstream-defects.json"));
        try (Stream<Path> folders = Files.list(recorded(""))) {
            return folders.filter(folder -> Files.exists(folder.resolve("expected.json")))
                    .map(folder -> folder.getFileName().toString())
                    .filter(scenario -> !defects.contains('"' + scenario + '"'))
                    .sorted()
                    .toList();
        }
    }

    /** The keys of the recorded files stand in their order, so equal texts prove ours. */
    @ParameterizedTest
    @MethodSource("scenarios")
    void asStoredIsTheRecordedStateToTheLetter(String scenario) throws Exception {
        Path recorded = recorded(scenario);
        JsonObject expected = JsonParser.parseString(Files.readString(recorded.resolve("expected.json")))
                .getAsJsonObject();

        Compilation compiled = Compilation.of(
                recorded.resolve("input"), Map.of(), Reading.AS_STORED, "", Environment.of(flags(scenario)));

        assertThat(compiled.problems()).isEmpty();
        assertThat(compiled.resources().keySet()).containsExactly(AUTHORIZATION, ADDRESS);
        assertThat(compiled.resources().get(ADDRESS).toString())
                .isEqualTo(expected.get("addresses").toString());
        assertThat(compiled.resources().get(AUTHORIZATION).toString())
                .isEqualTo(expected.get("authorizations").toString());
    }

    private static Map<String, String> flags(String scenario) throws Exception {
        Map<String, String> flags = new TreeMap<>();
        for (JsonElement element : JsonParser.parseString(Files.readString(recorded("scenarios.json")))
                .getAsJsonObject()
                .getAsJsonArray("scenarios")) {
            JsonObject each = element.getAsJsonObject();
            if (each.get("name").getAsString().equals(scenario) && each.has("flags")) {
                each.getAsJsonObject("flags").asMap().forEach((name, value) -> flags.put(name, value.getAsString()));
            }
        }
        return flags;
    }

    @Test
    void otherClustersCountWithTheFeatureForThem() throws IOException {
        String shared = """
                {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/dataplane-mode: ambient}}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/global: 'true'}}, spec: {clusterIP: ADDRESS, selector: {app: web}, ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: node-a, containers: [{name: web}]}}
                ---
                {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "serviceScopeConfigs: [{servicesSelector: {matchLabels: {istio.io/global: 'true'}}, scope: GLOBAL}]"}}
                """;
        Path here = Files.createDirectory(folder.resolve("here"));
        Path west = Files.createDirectory(folder.resolve("west"));
        Files.writeString(here.resolve("shop.yaml"), shared.replace("ADDRESS", "10.96.0.1"));
        Files.writeString(west.resolve("shop.yaml"), shared.replace("ADDRESS", "10.96.0.2"));
        Map<String, String> on = Map.of("AMBIENT_ENABLE_MULTI_NETWORK", "true");

        Compilation both = Compilation.of(here, Map.of("west", west), Reading.CHECKED, "", Environment.of(on));
        Compilation node = Compilation.of(here, Map.of("west", west), Reading.CHECKED, "node-a", Environment.of(on));

        assertThat(both.problems()).isEmpty();
        assertThat(addresses(both).keySet())
                .containsExactly("Kubernetes//Pod/shop/web", "shop/web.shop.svc.cluster.local", "west//Pod/shop/web");
        assertThat(addresses(node).keySet())
                .containsExactly("Kubernetes//Pod/shop/web", "shop/web.shop.svc.cluster.local");
        for (String wrong : List.of("Kubernetes", "..", "a/b", "")) {
            assertThatThrownBy(() -> Compilation.of(here, Map.of(wrong, west), Reading.CHECKED, "", Environment.of(on)))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("--cluster=" + wrong + "=");
        }
        assertThatThrownBy(
                        () -> Compilation.of(here, Map.of("west", west), Reading.CHECKED, "", Environment.of(Map.of())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("AMBIENT_ENABLE_MULTI_NETWORK=true");
    }

    @Test
    void declaredPodsAreTakenAsRunningWithoutAddresses() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), SHOP);

        Compilation compiled = compile("");

        JsonObject web =
                addresses(compiled).getAsJsonObject("Kubernetes//Pod/shop/web").getAsJsonObject("workload");
        assertThat(web.get("tunnelProtocol").getAsString()).isEqualTo("HBONE");
        assertThat(web.has("addresses")).isFalse();
        assertThat(web.has("status")).as("healthy").isFalse();
        assertThat(addresses(compiled)
                        .getAsJsonObject("Kubernetes//Pod/store/db")
                        .getAsJsonObject("workload")
                        .has("tunnelProtocol"))
                .isFalse();
        assertThat(addresses(compiled)
                        .getAsJsonObject("shop/web.shop.svc.cluster.local")
                        .getAsJsonObject("service")
                        .has("addresses"))
                .as("assigned as the controller would")
                .isTrue();
        assertThat(compiled.remarks()).anyMatch(remark -> remark.contains("2 pods are taken as running"));
    }

    @Test
    void aNodeIsItsWorkloadsTheirServicesAndThePoliciesInForceThere() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), SHOP);

        Compilation a = compile("node-a");
        Compilation b = compile("node-b");

        assertThat(addresses(a).keySet())
                .containsExactly("Kubernetes//Pod/shop/web", "shop/web.shop.svc.cluster.local");
        assertThat(a.resources().getAsJsonObject(AUTHORIZATION).keySet())
                .containsExactly("istio-system/all", "shop/web");
        assertThat(addresses(b).keySet()).containsExactly("Kubernetes//Pod/store/db");
        assertThat(b.resources().getAsJsonObject(AUTHORIZATION).keySet())
                .containsExactly("istio-system/all", "store/store");
        assertThat(compile("node-c").remarks()).contains("no workload is on node node-c");
    }

    @Test
    void whatIsWrongIsNamedAndTheRestCompiled() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), SHOP);
        Files.writeString(
                folder.resolve("wrong.yaml"),
                "{apiVersion: v1, kind: Service, metadata: {name: bad, namespace: shop}, spec: {ports: [{port:"
                        + " 70000}]}}");

        Compilation compiled = compile("");

        assertThat(compiled.problems())
                .singleElement()
                .asString()
                .contains("wrong.yaml", "Service shop/bad", "spec.ports[0].port", "INVALID_PORT");
        assertThat(addresses(compiled).keySet()).contains("shop/web.shop.svc.cluster.local");
    }

    @Test
    void noFolderAndNoSenseInTheEnvironmentAreRefused() {
        assertThatThrownBy(() ->
                        Compilation.of(folder.resolve("none"), Map.of(), Reading.CHECKED, "", Environment.of(Map.of())))
                .isInstanceOf(FolderException.class)
                .hasMessageContaining("there is no such folder");
        assertThatThrownBy(() -> Compilation.of(
                        folder,
                        Map.of(),
                        Reading.CHECKED,
                        "",
                        Environment.of(Map.of("PILOT_AUTO_ALLOW_WAYPOINT_POLICY", "perhaps"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("PILOT_AUTO_ALLOW_WAYPOINT_POLICY=perhaps");
    }

    @Test
    void whatGrpcClientsAreToldIsADocumentOfItsOwn() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), SHOP);
        Files.writeString(folder.resolve("route.yaml"), """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: web, namespace: shop}
            spec: {hosts: [web], http: [{redirect: {uri: /elsewhere}}]}
            """);

        Compilation compiled =
                Compilation.proxyless(folder, Map.of(), Reading.CHECKED, "", "", Environment.of(Map.of()));

        assertThat(compiled.resources().keySet())
                .containsExactly(
                        "envoy.config.cluster.v3.Cluster",
                        "envoy.config.endpoint.v3.ClusterLoadAssignment",
                        "envoy.config.listener.v3.Listener",
                        "envoy.config.route.v3.RouteConfiguration");
        assertThat(compiled.resources()
                        .getAsJsonObject("envoy.config.cluster.v3.Cluster")
                        .keySet())
                .contains("outbound|80||web.shop.svc.cluster.local", "BlackHoleCluster");
        assertThat(compiled.resources()
                        .getAsJsonObject("envoy.config.listener.v3.Listener")
                        .getAsJsonObject("web.shop.svc.cluster.local:80")
                        .toString())
                .contains("outbound|80||web.shop.svc.cluster.local", "envoy.filters.http.router");
        assertThat(compiled.remarks()).anyMatch(remark -> remark.contains("a redirect is not possible"));
    }

    private Compilation compile(String node) {
        return Compilation.of(folder, Map.of(), Reading.CHECKED, node, Environment.of(Map.of()));
    }

    private static JsonObject addresses(Compilation compiled) {
        return compiled.resources().getAsJsonObject(ADDRESS);
    }

    private static Path recorded(String scenario) throws URISyntaxException {
        return Path.of(requireNonNull(CompilationTest.class.getResource("/golden/" + scenario))
                .toURI());
    }
}
