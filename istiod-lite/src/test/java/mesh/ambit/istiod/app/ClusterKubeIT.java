package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.push.AdsClient;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The controller on a real API server, with the rights that the chart gives it and no others. */
@NeedsCluster
class ClusterKubeIT extends KubeLab {
    private static final String BUNDLE = "/api/v1/namespaces/default/configmaps/istio-ca-root-cert";

    private Map<String, String> environment;

    @BeforeEach
    void trustNodeProxies() {
        environment = Map.of(
                "POD_NAMESPACE",
                cluster.namespace,
                "PILOT_DEBOUNCE_AFTER",
                "20ms",
                "CA_TRUSTED_NODE_ACCOUNTS",
                cluster.namespace + "/ztunnel");
    }

    @Test
    void rightsOfTheChartAreEnough() throws IOException {
        try (ControllerLab lab = new ControllerLab(directory).start(kubeconfig, environment)) {
            String root = root(lab);
            ControllerLab.until("trust bundle", () -> bundle().equals(root));
            cluster.admin.delete(BUNDLE);
            ControllerLab.until("trust bundle again", () -> bundle().equals(root));
            cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: istio-ca-root-cert, namespace: default},"
                    + " data: {root-cert.pem: evil}}");
            ControllerLab.until("trust bundle put right", () -> bundle().equals(root));
            assertThat(cluster.find(BUNDLE.replace("/default/", "/kube-system/"))
                            .has("data"))
                    .isTrue();

            assertThat(lab.page("/ready").body()).isEqualTo("ready\n");
            assertThat(lab.page(lab.running().monitoringPort(), "/metrics").body())
                    .contains("ambit_kubernetes_followed{collection=\"pods\"} 1.0")
                    .doesNotContain("ambit_kubernetes_followed{collection=\"pods\"} 0.0");
        }
    }

    @Test
    void rightsOfTheChartAreNoMore() throws IOException {
        try (ApiServer controller = ApiServer.connect(kubeconfig)) {
            assertThat(may(controller, "create", "authentication.k8s.io", "tokenreviews", "", ""))
                    .isTrue();
            assertThat(may(controller, "get", "", "secrets", cluster.namespace, "istio-ca-secret"))
                    .isTrue();

            assertThat(may(controller, "get", "", "secrets", "kube-system", "istio-ca-secret"))
                    .isFalse();
            assertThat(may(controller, "get", "", "secrets", cluster.namespace, "other"))
                    .isFalse();
            assertThat(may(controller, "list", "", "secrets", cluster.namespace, ""))
                    .isFalse();
            assertThat(may(controller, "delete", "", "configmaps", "default", "coredns"))
                    .isFalse();
            assertThat(may(controller, "delete", "apps", "deployments", "default", "web"))
                    .isFalse();
            assertThat(may(controller, "patch", "", "configmaps", "default", "coredns"))
                    .isFalse();
            assertThat(may(controller, "create", "", "pods", "default", "")).isFalse();
            assertThat(may(controller, "patch", "", "pods", "default", "web")).isFalse();
            assertThat(may(controller, "patch", "", "nodes", "", "n1")).isFalse();
            assertThat(may(controller, "update", "security.istio.io", "authorizationpolicies", "default", "a"))
                    .isFalse();
            assertThat(may(controller, "update", "coordination.k8s.io", "leases", "kube-system", "a"))
                    .isFalse();
            assertThat(may(controller, "create", "", "serviceaccounts/token", "default", "default"))
                    .isFalse();
            assertThat(may(controller, "escalate", "rbac.authorization.k8s.io", "clusterroles", "", ""))
                    .isFalse();
        }
    }

    @Test
    void tokenOfAPodOpensTheStream() throws Exception {
        cluster.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: ztunnel, namespace: " + cluster.namespace
                + "}}");
        JsonNode pod = cluster.apply(pod("ztunnel-x", "ztunnel"));
        String uid = pod.path("metadata").path("uid").asText();
        cluster.status(pod("ztunnel-x", "ztunnel")
                .replaceFirst("}$", ", status: {phase: Running, podIP: 10.9.9.9, podIPs: [{ip: 10.9.9.9}]}}"));
        String token = cluster.token("ztunnel", "ztunnel-x", uid, List.of("istio-ca"));

        try (ControllerLab lab = new ControllerLab(directory).start(kubeconfig, environment)) {
            try (AdsClient proxy = new AdsClient(lab.channel(), token, cluster.namespace, "n1")) {
                proxy.subscribe(AdsClient.ADDRESS);
                assertThat(versions(proxy.next())).containsKey("Kubernetes//Pod/" + cluster.namespace + "/ztunnel-x");
            }
            assertThat(end(lab, cluster.token("ztunnel", "ztunnel-x", uid, List.of("vault"))))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);

            cluster.delete("/api/v1/namespaces/" + cluster.namespace + "/pods/ztunnel-x?gracePeriodSeconds=0");

            ControllerLab.until("the token is worth nothing", () -> end(lab, token) == Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void twoReplicasServeTheSameAndOneWrites() throws Exception {
        Map<String, String> other = new TreeMap<>(environment);
        try (ControllerLab first = new ControllerLab(directory.resolve("1")).start(kubeconfig, environment);
                ControllerLab second = new ControllerLab(directory.resolve("2")).start(kubeconfig, other)) {
            assertThat(root(second)).isEqualTo(root(first));
            String token = proxyToken();
            assertThat(addresses(second, token))
                    .isEqualTo(addresses(first, token))
                    .isNotEmpty();
            ControllerLab.until("trust bundle", () -> bundle().equals(rootOf(first)));
            String leader = leader();
            assertThat(leader).isNotEmpty();

            first.stop();

            ControllerLab.until("the second leads", () -> !leader().isEmpty() && !leader().equals(leader));
            cluster.admin.delete(BUNDLE);
            ControllerLab.until("trust bundle again", () -> bundle().equals(rootOf(second)));
            assertThat(addresses(second, token)).isNotEmpty();
        }
    }

    @Test
    void folderWithTheSameObjectsGivesTheSame() throws Exception {
        String shop = cluster.namespace + "-shop";
        cluster.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: NS, labels: {istio.io/dataplane-mode: ambient}}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: NS, labels: {istio.io/use-waypoint: none}}
                spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: web}, {name: udp, port: 53, protocol: UDP}]}
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: web, namespace: NS}
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: allow, namespace: NS}
                spec: {selector: {matchLabels: {app: web}}, rules: [{from: [{source: {namespaces: [x]}}]}]}
                ---
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: strict, namespace: NS}
                spec: {selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {"80": {mode: PERMISSIVE}}}
                """.replace("NS", shop));
        String pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: " + shop + ", labels: {app: web},"
                + " annotations: {ambient.istio.io/redirection: enabled}}, spec: {serviceAccountName: web, nodeName: n1,"
                + " containers: [{name: a, image: a, ports: [{name: web, containerPort: 8080}]}]}";
        cluster.apply(pod + "}");
        cluster.status(pod + ", status: {phase: Running, podIP: 10.9.9.8, podIPs: [{ip: 10.9.9.8}],"
                + " conditions: [{type: Ready, status: 'True'}]}}");
        ControllerLab.until(
                "endpoints",
                () -> !cluster.find("/apis/discovery.k8s.io/v1/namespaces/" + shop + "/endpointslices")
                        .path("items")
                        .isEmpty());
        Map<String, String> ofCluster;
        try (ControllerLab lab = new ControllerLab(directory.resolve("cluster")).start(kubeconfig, environment)) {
            String token = proxyToken();
            ControllerLab.until("the policy", () -> policies(lab, token).containsKey(shop + "/allow"));
            ofCluster = new TreeMap<>(addresses(lab, token));
            ofCluster.putAll(policies(lab, token));
        }

        Map<String, String> ofFolder;
        try (ControllerLab lab = new ControllerLab(directory.resolve("folder"))) {
            cluster.export(lab.folder.resolve("all.yaml"));
            lab.start(environment);
            ofFolder = new TreeMap<>(addresses(lab, lab.token("node-a"), "istio-system"));
            ofFolder.putAll(policies(lab, lab.token("node-a"), "istio-system"));
        }

        assertThat(ofFolder).isEqualTo(ofCluster).containsKey("Kubernetes//Pod/" + shop + "/web-1");
    }

    /** Returns a token of a node proxy. */
    private String proxyToken() throws IOException {
        cluster.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: ztunnel, namespace: " + cluster.namespace
                + "}}");
        return cluster.token("ztunnel", "", "", List.of("istio-ca"));
    }

    private Map<String, String> addresses(ControllerLab lab, String token) {
        return addresses(lab, token, cluster.namespace);
    }

    private Map<String, String> policies(ControllerLab lab, String token) {
        return policies(lab, token, cluster.namespace);
    }

    private static Map<String, String> addresses(ControllerLab lab, String token, String namespace) {
        return state(lab, token, namespace, AdsClient.ADDRESS, Resource::getVersion);
    }

    /** Policies have no versions, so their bytes are compared. */
    private static Map<String, String> policies(ControllerLab lab, String token, String namespace) {
        return state(
                lab,
                token,
                namespace,
                AdsClient.AUTHORIZATION,
                resource -> resource.getResource().toString());
    }

    private static Map<String, String> state(
            ControllerLab lab, String token, String namespace, String type, Function<Resource, String> value) {
        try (AdsClient proxy = new AdsClient(lab.channel(), token, namespace, "n1")) {
            proxy.subscribe(type);
            Map<String, String> state = new TreeMap<>();
            proxy.next().getResourcesList().forEach(resource -> state.put(resource.getName(), value.apply(resource)));
            return state;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Status.Code end(ControllerLab lab, String token) {
        try (AdsClient proxy = new AdsClient(lab.channel(), token, cluster.namespace, "n1")) {
            proxy.subscribe(AdsClient.ADDRESS);
            return proxy.isServed() ? Status.Code.OK : proxy.end();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String leader() {
        return cluster.find("/apis/coordination.k8s.io/v1/namespaces/" + cluster.namespace + "/leases/"
                        + ClusterDuties.NAMESPACE_LEASE)
                .path("spec")
                .path("holderIdentity")
                .asText();
    }

    private static String rootOf(ControllerLab lab) {
        try {
            return root(lab);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String root(ControllerLab lab) throws IOException {
        return Files.readString(lab.state.resolve("root-cert.pem"));
    }

    private String bundle() {
        return cluster.find(BUNDLE).path("data").path("root-cert.pem").asText();
    }

    private String pod(String name, String account) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: " + cluster.namespace
                + "}, spec: {serviceAccountName: " + account
                + ", nodeName: n1, containers: [{name: a, image: a}]}}";
    }

    private static boolean may(
            ApiServer server, String verb, String group, String resource, String namespace, String name)
            throws IOException {
        ObjectNode review = ApiServer.object("authorization.k8s.io/v1", "SelfSubjectAccessReview", "");
        review.remove("metadata");
        String[] parts = resource.split("/", 2);
        ObjectNode attributes = review.putObject("spec")
                .putObject("resourceAttributes")
                .put("verb", verb)
                .put("group", group)
                .put("resource", parts[0])
                .put("namespace", namespace)
                .put("name", name);
        if (parts.length > 1) {
            attributes.put("subresource", parts[1]);
        }
        return server.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
                .path("status")
                .path("allowed")
                .asBoolean();
    }

    static Map<String, String> versions(DeltaDiscoveryResponse response) {
        Map<String, String> versions = new TreeMap<>();
        response.getResourcesList().forEach(resource -> versions.put(resource.getName(), resource.getVersion()));
        return versions;
    }
}
