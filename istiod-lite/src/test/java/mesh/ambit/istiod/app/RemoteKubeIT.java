package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import mesh.ambit.istiod.issuer.Requests;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other clusters: the same one under another name, or one with an API server of its own. */
@NeedsCluster
class RemoteKubeIT {
    private static final String SECRET = "istio-remote-secret-two";

    @TempDir
    private Path directory;

    /** Makes the Secret that names a further cluster, which is the same one. */
    private static void declare(KubeCluster cluster, String id, Path kubeconfig) throws Exception {
        String encoded = Base64.getEncoder().encodeToString(Files.readAllBytes(kubeconfig));
        cluster.apply("{apiVersion: v1, kind: Secret, metadata: {name: " + SECRET + ", namespace: " + cluster.namespace
                + ", labels: {istio/multiCluster: 'true'}}, data: {" + id + ": " + encoded + "}}");
    }

    @Test
    void proxyOfAnotherClusterGetsCertificatesOfItsNode() throws Exception {
        try (KubeCluster cluster = new KubeCluster();
                ControllerLab lab = new ControllerLab(directory)) {
            String token = pods(cluster);
            lab.start(
                    cluster.adminConfig(),
                    Map.of(
                            "POD_NAMESPACE",
                            cluster.namespace,
                            "CLUSTER_ID",
                            "one",
                            "AMBIT_REMOTE_CLUSTERS",
                            "true",
                            "CA_TRUSTED_NODE_ACCOUNTS",
                            cluster.namespace + "/ztunnel"));
            assertThat(ask(lab, cluster, token, "two")).isEqualTo(Status.Code.UNAUTHENTICATED);

            declare(cluster, "two", cluster.adminConfig());

            ControllerLab.until("the cluster", () -> ask(lab, cluster, token, "two") == Status.Code.OK);
            assertThat(ask(lab, cluster, token, "")).isEqualTo(Status.Code.OK);
            assertThat(ask(lab, cluster, token, "one")).isEqualTo(Status.Code.OK);
            assertThat(ask(lab, cluster, token, "three")).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(Files.readString(lab.state.resolve("istiod").resolve("audit.jsonl")))
                    .contains("\"place\":\"cluster/two/node/n1\"", "\"place\":\"node/n1\"");

            cluster.delete("/api/v1/namespaces/" + cluster.namespace + "/secrets/" + SECRET);
            ControllerLab.until(
                    "no cluster any more", () -> ask(lab, cluster, token, "two") == Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void whatAnotherClusterSharesCountsAndIsReadWithTheRightsOfTheChart() throws Exception {
        try (KubeCluster cluster = new KubeCluster();
                ControllerLab lab = new ControllerLab(directory)) {
            pods(cluster);
            cluster.status("{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: " + cluster.namespace
                    + "}, status: {phase: Running, podIP: 10.9.9.9, podIPs: [{ip: 10.9.9.9}]}}");
            cluster.installReader();
            declare(
                    cluster,
                    "two",
                    cluster.kubeconfig(directory.resolve("reader.yaml"), "istio-reader-service-account"));

            lab.start(
                    cluster.adminConfig(),
                    Map.of(
                            "POD_NAMESPACE",
                            cluster.namespace,
                            "CLUSTER_ID",
                            "one",
                            "AMBIENT_ENABLE_MULTI_NETWORK",
                            "true",
                            "PILOT_REMOTE_CLUSTER_TIMEOUT",
                            "0s"));

            String pod = "//Pod/" + cluster.namespace + "/web-1";
            assertThat(lab.page("/debug/ambientz").body())
                    .as("from the first moment on")
                    .contains("one" + pod, "two" + pod);
            assertThat(lab.page("/debug/clusterz").body())
                    .contains(
                            "\"id\":\"two\"", "\"secretName\":\"" + cluster.namespace + "/" + SECRET + "\"", "synced");

            cluster.delete("/api/v1/namespaces/" + cluster.namespace + "/secrets/" + SECRET);
            ControllerLab.until(
                    "only ours", () -> !lab.page("/debug/ambientz").body().contains("two" + pod));
            assertThat(lab.page("/debug/ambientz").body()).contains("one" + pod);
        }
    }

    @Test
    void clusterThatGoesAndComesBackIsFollowedFromWhereItWas() throws Exception {
        try (KubeCluster home = new KubeCluster();
                KubeCluster abroad = KubeCluster.other();
                Line line = new Line(abroad.address());
                ControllerLab lab = new ControllerLab(directory)) {
            run(abroad, "web-1", "10.9.9.1");
            lab.start(
                    home.adminConfig(),
                    Map.of(
                            "POD_NAMESPACE",
                            home.namespace,
                            "CLUSTER_ID",
                            "one",
                            "AMBIENT_ENABLE_MULTI_NETWORK",
                            "true",
                            "PILOT_REMOTE_CLUSTER_TIMEOUT",
                            "0s"));
            String pods = "two//Pod/" + abroad.namespace + "/";

            declare(home, "two", abroad.adminAt(directory.resolve("abroad.yaml"), line.port()));
            ControllerLab.until("its pods", () -> mesh(lab).contains(pods + "web-1"));

            line.cut();
            run(abroad, "web-2", "10.9.9.2");
            abroad.delete("/api/v1/namespaces/" + abroad.namespace + "/pods/web-1");
            ControllerLab.until("its loss", () -> lab.page("/ready").body().contains("cluster two: pods: "));
            assertThat(lab.page("/ready").statusCode())
                    .as("of no harm to others")
                    .isEqualTo(200);
            assertThat(mesh(lab)).as("the last state stays").contains(pods + "web-1");

            line.mend();
            ControllerLab.until("what happened meanwhile", () -> mesh(lab).contains(pods + "web-2"));
            ControllerLab.until("who went meanwhile", () -> !mesh(lab).contains(pods + "web-1"));
            ControllerLab.until("its return", () -> !lab.page("/ready").body().contains("cluster two"));

            home.delete("/api/v1/namespaces/" + home.namespace + "/secrets/" + SECRET);
            ControllerLab.until("nothing of it any more", () -> !mesh(lab).contains("two//"));
        }
    }

    private static String mesh(ControllerLab lab) {
        return lab.page("/debug/ambientz").body();
    }

    /** Makes a pod that runs; its node would end it at once. */
    private static void run(KubeCluster cluster, String name, String address) throws IOException {
        cluster.apply(
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: " + cluster.namespace + "}}");
        cluster.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: " + cluster.namespace
                        + "}, spec: {serviceAccountName: web, nodeName: n1, terminationGracePeriodSeconds: 0, containers: [{name: a, image: a}]}}");
        cluster.status("{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: " + cluster.namespace
                + "}, status: {phase: Running, podIP: " + address + ", podIPs: [{ip: " + address + "}]}}");
    }

    /** Makes a node proxy and a pod on one node; returns the proxy's token. */
    private static String pods(KubeCluster cluster) throws IOException {
        String uid = "";
        for (String name : List.of("web", "ztunnel")) {
            cluster.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: " + name + ", namespace: "
                    + cluster.namespace + "}}");
            uid = cluster.apply("{apiVersion: v1, kind: Pod, metadata: {name: " + name + "-1, namespace: "
                            + cluster.namespace + "}, spec: {serviceAccountName: " + name
                            + ", nodeName: n1, containers: [{name: a, image: a}]}}")
                    .path("metadata")
                    .path("uid")
                    .asText();
        }
        return cluster.token("ztunnel", "ztunnel-1", uid, List.of("istio-ca"));
    }

    private static Status.Code ask(ControllerLab lab, KubeCluster cluster, String token, String clusterId) {
        String identity = "spiffe://cluster.local/ns/" + cluster.namespace + "/sa/web";
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        if (!clusterId.isEmpty()) {
            headers.put(Metadata.Key.of("clusterid", Metadata.ASCII_STRING_MARSHALLER), clusterId);
        }
        try {
            KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
            IstioCertificateServiceGrpc.newBlockingStub(lab.channel())
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .createCertificate(IstioCertificateRequest.newBuilder()
                            .setCsr(Requests.pem(keys, identity))
                            .setMetadata(Struct.newBuilder()
                                    .putFields(
                                            "ImpersonatedIdentity",
                                            Value.newBuilder()
                                                    .setStringValue(identity)
                                                    .build()))
                            .build());
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
