package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.RemoteSecrets.kubeconfig;
import static mesh.ambit.istiod.app.RemoteSecrets.secret;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import mesh.ambit.istiod.issuer.BoundPod;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.kube.api.FakeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Other clusters, as Secrets name them. */
class RemoteClustersTest {
    private static final String PODS = "/api/v1/pods";
    private static final String SECRET = "istio-system/istio-remote-secret-two";

    private FakeApi two;
    private RemoteClusters clusters;

    @BeforeEach
    void start() throws IOException {
        two = new FakeApi().serve(PODS);
        // A token proves to be of an account that is called like the server that reviewed it.
        clusters = new RemoteClusters(
                "one",
                new RemoteClusterSettings(true, false, Duration.ofMinutes(2), Set.of()),
                server -> token -> new Accepted(new CallerIdentity(
                        new SpiffeId("cluster.local", "reviewed", account(server.url())),
                        new BoundPod("ztunnel-x", "u1", null))),
                new RemoteClusterMetrics(new SimpleMeterRegistry()),
                InstantSource.system(),
                new Random(7));
    }

    @AfterEach
    void stop() {
        clusters.close();
        two.close();
    }

    @Test
    void theServerOfTheCallersClusterReviewsItsToken() {
        clusters.changed(SECRET, secret(Map.of("two", kubeconfig(two.url(), "token: t"))));

        assertThat(clusters.authenticate("token", "two"))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted ->
                                assertThat(accepted.caller().serviceAccount()).isEqualTo(account(two.url())));
        assertThat(clusters.authenticate("token", "three"))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).contains("three", "[one, two]"));
    }

    @Test
    void podsOfThatClusterDecideAndNoOthers() {
        two.put(
                PODS,
                "{\"metadata\": {\"namespace\": \"shop\", \"name\": \"web\", \"uid\": \"u2\"}, \"spec\":"
                        + " {\"serviceAccountName\": \"web\", \"nodeName\": \"n2\"}}");
        clusters.changed(SECRET, secret(Map.of("two", kubeconfig(two.url(), "token: t"))));

        ControllerLab.until("its pods", () -> clusters.placement("two").runs("shop", "web", "n2"));
        assertThat(clusters.placement("three").runs("shop", "web", "n2")).isFalse();
        assertThat(clusters.placement("two").place("n2")).isEqualTo("cluster/two/node/n2");

        two.remove(PODS, "shop/web");
        ControllerLab.until("the pod has left", () -> !clusters.placement("two").runs("shop", "web", "n2"));
    }

    @Test
    void aSecretThatIsGoneTakesItsClusterAlong() {
        clusters.changed(SECRET, secret(Map.of("two", kubeconfig(two.url(), "token: t"))));

        clusters.changed(SECRET, secret(Map.of("other", kubeconfig(two.url(), "token: t"))));
        assertThat(clusters.authenticate("token", "two")).isInstanceOf(Refused.class);
        assertThat(clusters.authenticate("token", "other")).isInstanceOf(Accepted.class);

        clusters.removed(SECRET);
        assertThat(clusters.authenticate("token", "other")).isInstanceOf(Refused.class);
    }

    @Test
    void noSecretTakesAClusterFromAnotherOrFromUs() {
        clusters.changed(SECRET, secret(Map.of("two", kubeconfig(two.url(), "token: t"))));
        Authentication before = clusters.authenticate("token", "two");

        clusters.changed(
                "istio-system/evil",
                secret(Map.of(
                        "two", kubeconfig("http://127.0.0.1:1", "token: t"),
                        "one", kubeconfig("http://127.0.0.1:1", "token: t"))));

        assertThat(clusters.authenticate("token", "two")).isEqualTo(before);
        assertThat(clusters.authenticate("token", "one")).isInstanceOf(Refused.class);
        clusters.removed("istio-system/evil");
        assertThat(clusters.authenticate("token", "two")).isEqualTo(before);
    }

    @Test
    void aKubeconfigThatRunsProgramsOrReadsFilesIsNotUsed() {
        for (String user : Set.of(
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/true}",
                "tokenFile: /etc/passwd",
                "client-key: /etc/passwd",
                "client-certificate: /etc/passwd",
                "auth-provider: {name: gcp}")) {
            clusters.changed(SECRET, secret(Map.of("two", kubeconfig(two.url(), user))));

            assertThat(clusters.authenticate("token", "two")).as(user).isInstanceOf(Refused.class);
        }
        for (String server :
                List.of("http://192.0.2.1", "192.0.2.1:8080", "not a url", "http://localhost.example.net")) {
            clusters.changed(SECRET, secret(Map.of("two", kubeconfig(server, "token: t"))));
            assertThat(clusters.authenticate("token", "two")).as(server).isInstanceOf(Refused.class);
        }
        clusters.changed(
                SECRET,
                secret(Map.of(
                        "two",
                        kubeconfig("https://192.0.2.1", "token: t")
                                .replace("cluster: {", "cluster: {insecure-skip-tls-verify: true, "))));
        assertThat(clusters.authenticate("token", "two")).isInstanceOf(Refused.class);
        clusters.changed(SECRET, secret(Map.of("two", "no: kubeconfig", "three", ": :\n-")));
        assertThat(clusters.authenticate("token", "two")).isInstanceOf(Refused.class);
        assertThat(clusters.authenticate("token", "three")).isInstanceOf(Refused.class);
    }

    private static String account(String url) {
        return "at-" + url.replaceAll("[^0-9]", "");
    }
}
