package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiServer;

/**
 * A real cluster, named by the kubeconfig of somebody who may do everything; what is made in it is removed at the end. The
 * controller's namespace has a name of its own, so that several runs share a cluster.
 */
final class KubeCluster implements AutoCloseable {
    /** Names the kubeconfig; without it tests that need a cluster do not run. */
    static final String VARIABLE = "AMBIT_TEST_KUBECONFIG";

    /** Names the kubeconfig of another cluster, for tests of several. */
    private static final String OTHER_VARIABLE = "AMBIT_TEST_OTHER_KUBECONFIG";

    static final YAMLMapper YAML = new YAMLMapper();

    private static final Path CHART = Path.of("..", "node-setup", "chart", "istiod-lite", "templates");

    final ApiServer admin;
    final String namespace = "mesh-" + UUID.randomUUID().toString().substring(0, 8);
    private final Path adminConfig;
    private final Set<String> made = new HashSet<>();

    KubeCluster() throws IOException {
        this(Path.of(requireNonNull(System.getenv(VARIABLE), VARIABLE)));
    }

    private KubeCluster(Path kubeconfig) throws IOException {
        adminConfig = kubeconfig;
        admin = ApiServer.connect(adminConfig);
        apply("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + namespace);
    }

    /** Returns another cluster, which is the same one where no other is named. */
    static KubeCluster other() throws IOException {
        String named = System.getenv(OTHER_VARIABLE);
        return named == null || named.isEmpty() ? new KubeCluster() : new KubeCluster(Path.of(named));
    }

    /** Applies what the chart says about the controller's account and its rights. */
    void installRights() throws IOException {
        for (String file : List.of("serviceaccount.yaml", "clusterrole.yaml", "role.yaml")) {
            apply(rendered(Files.readString(CHART.resolve(file))));
        }
    }

    /** Applies what the chart says about the account as which other clusters' controllers read this one. */
    void installReader() throws IOException {
        apply(rendered(
                Files.readString(CHART.resolve("reader.yaml")).replaceAll("(?m)^\\{\\{- (if .*|end) \\}\\}$", "")));
    }

    /** Returns what Helm makes of a template with the chart's own values: nothing optional is switched on. */
    private String rendered(String template) {
        return template.replace("{{ .Release.Namespace }}", namespace)
                .replace("{{ .Values.revision }}", "default")
                .replaceAll("(?s)\\n *\\{\\{- (if|with) .*?\\{\\{- end \\}\\}", "");
    }

    /** Applies every document of a text; returns the last object. */
    JsonNode apply(String yaml) throws IOException {
        JsonNode last = YAML.createObjectNode();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String path = path(document);
                last = admin.apply(path, "test", document);
                made.add(path);
            }
        }
        return last;
    }

    /** Gives an object the status in {@code yaml}. */
    void status(String yaml) throws IOException {
        JsonNode document = YAML.readTree(yaml);
        ObjectNode patch = YAML.createObjectNode();
        patch.set("status", document.path("status"));
        admin.merge(path(document) + "/status", patch);
    }

    /** Returns a kubeconfig of a service account of the controller's namespace. */
    Path kubeconfig(Path file, String account) throws IOException {
        ObjectNode config = (ObjectNode) YAML.readTree(Files.readString(adminConfig));
        ObjectNode user = YAML.createObjectNode().put("token", token(account, "", "", List.of()));
        ((ObjectNode) config.path("users").path(0)).set("user", user);
        return Files.writeString(file, YAML.writeValueAsString(config));
    }

    /** Returns who may do everything, at another port of this machine. */
    Path adminAt(Path file, int port) throws IOException {
        ObjectNode config = (ObjectNode) YAML.readTree(Files.readString(adminConfig));
        ((ObjectNode) config.path("clusters").path(0).path("cluster")).put("server", "https://127.0.0.1:" + port);
        return Files.writeString(file, YAML.writeValueAsString(config));
    }

    /** Returns where the server listens. */
    InetSocketAddress address() {
        URI url = URI.create(admin.url());
        return new InetSocketAddress(url.getHost(), url.getPort());
    }

    /** Returns a token of an account, bound to a pod unless its name is empty. */
    String token(String account, String pod, String podUid, List<String> audiences) throws IOException {
        ObjectNode request = YAML.createObjectNode()
                .put("apiVersion", "authentication.k8s.io/v1")
                .put("kind", "TokenRequest");
        ObjectNode spec = request.putObject("spec").put("expirationSeconds", 3600);
        if (!audiences.isEmpty()) {
            audiences.forEach(spec.putArray("audiences")::add);
        }
        if (!pod.isEmpty()) {
            spec.putObject("boundObjectRef")
                    .put("apiVersion", "v1")
                    .put("kind", "Pod")
                    .put("name", pod)
                    .put("uid", podUid);
        }
        return admin.create("/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token", request)
                .path("status")
                .path("token")
                .asText();
    }

    /** Returns an object, or what has no fields if there is none. */
    JsonNode find(String path) {
        try {
            return admin.get(path);
        } catch (ApiException e) {
            return YAML.createObjectNode();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns status and reason of a condition in an object's status, "none" if it is not there. */
    String condition(String path, String type) {
        return condition(find(path).path("status").path("conditions"), type);
    }

    /** Returns the same of a list of conditions, wherever it stands. */
    static String condition(JsonNode conditions, String type) {
        for (JsonNode condition : conditions) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText() + "/"
                        + condition.path("reason").asText();
            }
        }
        return "none";
    }

    /** Writes all objects that a mesh is computed from as one file of a folder. */
    void export(Path file) throws IOException {
        ObjectNode list = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        var items = list.putArray("items");
        for (String[] kind : new String[][] {
            {"v1", "Namespace", "namespaces"},
            {"v1", "Node", "nodes"},
            {"v1", "Pod", "pods"},
            {"v1", "Service", "services"},
            {"discovery.k8s.io/v1", "EndpointSlice", "endpointslices"},
            {"networking.istio.io/v1", "ServiceEntry", "serviceentries"},
            {"networking.istio.io/v1", "WorkloadEntry", "workloadentries"},
            {"gateway.networking.k8s.io/v1", "GatewayClass", "gatewayclasses"},
            {"gateway.networking.k8s.io/v1", "Gateway", "gateways"},
            {"security.istio.io/v1", "AuthorizationPolicy", "authorizationpolicies"},
            {"security.istio.io/v1", "PeerAuthentication", "peerauthentications"}
        }) {
            String root = kind[0].equals("v1") ? "/api/v1/" : "/apis/" + kind[0] + "/";
            for (JsonNode item : find(root + kind[2]).path("items")) {
                items.add(((ObjectNode) item).put("apiVersion", kind[0]).put("kind", kind[1]));
            }
        }
        JsonNode settings = find("/api/v1/namespaces/" + namespace + "/configmaps/istio");
        if (!settings.isEmpty()) {
            items.add(settings);
        }
        Files.writeString(file, YAML.writeValueAsString(list));
    }

    /** Returns the kubeconfig of somebody who may do everything. */
    Path adminConfig() {
        return adminConfig;
    }

    /** Returns the path of an object that says what it is. */
    private static String path(JsonNode object) {
        String version = object.path("apiVersion").asText();
        String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
        String plural = kind.endsWith("s") ? kind + "es" : (kind + "s").replaceFirst("([^aeiou])ys$", "$1ies");
        String owner = object.path("metadata").path("namespace").asText("");
        return (version.contains("/") ? "/apis/" : "/api/") + version
                + (owner.isEmpty() ? "" : "/namespaces/" + owner)
                + "/" + plural + "/" + object.path("metadata").path("name").asText();
    }

    /** Takes an object away. */
    void delete(String path) throws IOException {
        admin.delete(path);
        made.remove(path);
    }

    @Override
    public void close() throws IOException {
        List<String> namespacesLast = new ArrayList<>();
        Stream<String> others = made.stream().filter(path -> !path.startsWith("/api/v1/namespaces/" + namespace + "/"));
        others.sorted((a, b) -> b.compareTo(a)).forEach(namespacesLast::add);
        for (String path : namespacesLast) {
            admin.delete(path);
        }
        admin.close();
    }
}
