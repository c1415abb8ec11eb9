package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.push.AdsClient;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.Reading;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recorded states on a real API server, as far as it takes their objects: proxies are told the same bytes as by a folder
 * that holds what the server does. Everything has names of its own, so that nothing has to be gone before the next one.
 */
@NeedsCluster
class GoldenKubeIT {
    private static final List<String> ORDER = List.of("Namespace", "Node", "ServiceAccount", "GatewayClass", "Service");
    private static final String SYSTEM = "istio-system";

    @TempDir
    private Path directory;

    static List<String> scenarios() throws IOException, URISyntaxException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("expected.json")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void clusterAndFolderTellTheSame(String scenario) throws Exception {
        Map<String, String> environment = environment(scenario);
        try (KubeCluster cluster = new KubeCluster()) {
            environment.put("POD_NAMESPACE", cluster.namespace);
            int taken = 0;
            List<String> refused = new ArrayList<>();
            for (JsonNode object : objects(scenario, cluster.namespace)) {
                if (!KubeYaml.parse(object.toString(), "recorded", Reading.CHECKED)
                        .problems()
                        .isEmpty()) {
                    // What a folder takes for wrong the webhook keeps out of a cluster.
                    continue;
                }
                try {
                    put(cluster, object);
                    taken++;
                } catch (ApiException e) {
                    refused.add(object.path("kind").asText() + " "
                            + object.path("metadata").path("name").asText() + ": " + e.getMessage());
                }
            }
            assertThat(taken)
                    .as("objects that the server takes; it refuses " + refused)
                    .isGreaterThan(refused.size());
            cluster.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: ztunnel, namespace: "
                    + cluster.namespace + "}}");
            String token = cluster.token("ztunnel", "", "", List.of("istio-ca"));

            try (ControllerLab lab = new ControllerLab(directory.resolve(scenario))) {
                lab.start(cluster.adminConfig(), environment);
                AtomicReference<Map<String, String>> ofCluster = new AtomicReference<>(Map.of());
                AtomicReference<Map<String, String>> ofFolder = new AtomicReference<>(Map.of());
                try {
                    ControllerLab.until("equality", () -> {
                        ofFolder.set(own(ofFolder(cluster, environment), cluster));
                        ofCluster.set(own(told(lab, token, cluster.namespace), cluster));
                        return ofFolder.get().equals(ofCluster.get());
                    });
                } catch (AssertionError e) {
                    throw new AssertionError(differences(ofCluster.get(), ofFolder.get()) + ", refused: " + refused, e);
                }
                assertThat(ofCluster.get()).hasSizeGreaterThan(2);
            }
        }
    }

    /** Leaves out what is of other runs, which is still going away. */
    private static Map<String, String> own(Map<String, String> told, KubeCluster cluster) {
        told.keySet().removeIf(name -> !name.contains(cluster.namespace));
        return told;
    }

    private static String differences(Map<String, String> ofCluster, Map<String, String> ofFolder) {
        Map<String, String> differences = new TreeMap<>();
        ofCluster.forEach((name, bytes) -> {
            if (!bytes.equals(ofFolder.get(name))) {
                differences.put(name, "cluster " + bytes + ", folder " + ofFolder.get(name));
            }
        });
        ofFolder.forEach((name, bytes) -> {
            if (!ofCluster.containsKey(name)) {
                differences.put(name, "folder only");
            }
        });
        return "different: " + differences;
    }

    /** Returns the environment in which a scenario was recorded, with pushes that wait for less. */
    private static Map<String, String> environment(String scenario) throws IOException, URISyntaxException {
        Map<String, String> environment = new TreeMap<>(Map.of("PILOT_DEBOUNCE_AFTER", "20ms"));
        JsonNode recorded = KubeCluster.YAML.readTree(Files.readString(root().resolve("scenarios.json")));
        for (JsonNode each : recorded.path("scenarios")) {
            if (each.path("name").asText().equals(scenario)) {
                each.path("flags")
                        .properties()
                        .forEach(flag ->
                                environment.put(flag.getKey(), flag.getValue().asText()));
            }
        }
        return environment;
    }

    /** Puts an object there, and its status after it; endpoints get the uids of the pods that the server has made. */
    private static void put(KubeCluster cluster, JsonNode recorded) throws IOException {
        ObjectNode object = recorded.deepCopy();
        JsonNode status = object.remove("status");
        String namespace = object.path("metadata").path("namespace").asText();
        if (object.path("kind").asText().equals("Pod")) {
            String account = object.path("spec").path("serviceAccountName").asText("default");
            cluster.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: " + account + ", namespace: "
                    + namespace + "}}");
        }
        for (JsonNode endpoint : object.path("endpoints")) {
            if (endpoint.path("targetRef").path("kind").asText().equals("Pod")) {
                JsonNode target = endpoint.path("targetRef");
                JsonNode pod = cluster.find(
                        "/api/v1/namespaces/" + target.path("namespace").asText(namespace) + "/pods/"
                                + target.path("name").asText());
                ((ObjectNode) target)
                        .put("uid", pod.path("metadata").path("uid").asText());
            }
        }
        cluster.apply(object.toString());
        if (status != null) {
            cluster.status(object.deepCopy().set("status", status).toString());
        }
    }

    private static List<JsonNode> objects(String scenario, String system) throws IOException, URISyntaxException {
        List<JsonNode> objects = new ArrayList<>();
        try (Stream<Path> files = Files.list(root().resolve(scenario).resolve("input"))) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                try (MappingIterator<JsonNode> documents =
                        KubeCluster.YAML.readerFor(JsonNode.class).readValues(text)) {
                    while (documents.hasNext()) {
                        objects.add(documents.next());
                    }
                }
            }
        }
        // Names of namespaces become names of this run's.
        Map<String, String> names = new TreeMap<>(
                Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        names.put(SYSTEM, system);
        for (JsonNode object : objects) {
            if (object.path("kind").asText().equals("Namespace")) {
                String name = object.path("metadata").path("name").asText();
                names.putIfAbsent(name, name + "-" + system);
            }
        }
        List<JsonNode> renamed = new ArrayList<>();
        for (JsonNode object : objects) {
            ObjectNode read = (ObjectNode) renamed(object, names);
            ((ObjectNode) read.path("metadata")).remove(List.of("uid", "creationTimestamp", "resourceVersion"));
            if (read.path("kind").asText().equals("Service")
                    && !read.path("spec").path("clusterIP").asText().equals("None")) {
                // Those that were recorded are of another range than the server's.
                ((ObjectNode) read.path("spec")).remove(List.of("clusterIP", "clusterIPs"));
            }
            renamed.add(read);
        }
        renamed.sort(Comparator.comparingInt(GoldenKubeIT::rank));
        return renamed;
    }

    /** Returns the same with other names in its texts; the names of its fields stay. */
    private static JsonNode renamed(JsonNode node, Map<String, String> names) {
        if (node instanceof ObjectNode object) {
            ObjectNode result = KubeCluster.YAML.createObjectNode();
            object.properties().forEach(field -> result.set(field.getKey(), renamed(field.getValue(), names)));
            return result;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode result = KubeCluster.YAML.createArrayNode();
            array.forEach(item -> result.add(renamed(item, names)));
            return result;
        }
        return node.isTextual() ? TextNode.valueOf(renamed(node.asText(), names)) : node;
    }

    private static String renamed(String text, Map<String, String> names) {
        String result = text;
        for (String name : names.keySet()) {
            // Once each: what was put in is not looked at again.
            result = result.replaceAll("(?<![-A-Za-z0-9@])" + name + "(?![-A-Za-z0-9@])", placeholder(name));
        }
        for (Map.Entry<String, String> name : names.entrySet()) {
            result = result.replace(placeholder(name.getKey()), name.getValue());
        }
        return result;
    }

    private static String placeholder(String name) {
        return "@" + base64(name.getBytes(StandardCharsets.UTF_8)) + "@";
    }

    private static int rank(JsonNode object) {
        String kind = object.path("kind").asText();
        int rank = ORDER.indexOf(kind);
        return kind.equals("EndpointSlice") ? ORDER.size() + 1 : rank < 0 ? ORDER.size() : rank;
    }

    private Map<String, String> ofFolder(KubeCluster cluster, Map<String, String> environment) {
        try {
            Path folder = Files.createDirectories(directory.resolve("export"));
            cluster.export(folder.resolve("all.yaml"));
            FolderSnapshot snapshot = FolderSource.read(folder, Reading.CHECKED);
            MeshState state = AmbientIndex.compute(
                    ClusterView.of(snapshot, FolderSnapshot.EMPTY, Map.of()).objects(),
                    IstiodLiteConfig.mesh(Environment.of(environment), "cluster.local"));
            Map<String, String> told = new TreeMap<>();
            state.addresses()
                    .forEach((name, resource) ->
                            told.put(name, base64(AddressWire.encode(resource).toByteArray())));
            state.authorizations()
                    .forEach((name, policy) -> told.put(
                            name, base64(AuthorizationWire.encode(policy).toByteArray())));
            return told;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> told(ControllerLab lab, String token, String namespace) {
        Map<String, String> told = new TreeMap<>();
        for (String type : List.of(AdsClient.ADDRESS, AdsClient.AUTHORIZATION)) {
            try (AdsClient proxy = new AdsClient(lab.channel(), token, namespace, "n1")) {
                proxy.subscribe(type);
                proxy.next()
                        .getResourcesList()
                        .forEach(resource -> told.put(
                                resource.getName(),
                                base64(resource.getResource().getValue().toByteArray())));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return told;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Path root() throws URISyntaxException {
        return Path.of(GoldenKubeIT.class.getResource("/golden").toURI());
    }
}
