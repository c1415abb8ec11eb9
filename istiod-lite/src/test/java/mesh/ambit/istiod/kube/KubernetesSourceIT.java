package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.istiod.kube.api.WatchStatus;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.Service;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
class KubernetesSourceIT {
    private static final String PODS = "/api/v1/pods";
    private static final String NODES = "/api/v1/nodes";
    private static final String SERVICES = "/api/v1/services";

    private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
    private FakeApi api;
    private ApiServer server;
    private @Nullable KubernetesSource source;

    private record News(ObjectChanges changes, List<Problem> problems) {}

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi()
                .serve(
                        PODS,
                        NODES,
                        SERVICES,
                        "/api/v1/namespaces",
                        "/apis/discovery.k8s.io/v1/endpointslices",
                        "/api/v1/namespaces/istio-system/configmaps",
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void end() {
        if (source != null) {
            source.close();
        }
        server.close();
        api.close();
    }

    @Test
    void firstIsEverythingThenWhatChanged() throws InterruptedException {
        api.put(PODS, pod("one", "n1"));
        api.put(NODES, "{\"metadata\": {\"name\": \"n1\"}}");

        open();

        assertThat(next().changes().put()).containsOnlyKeys(key(Kind.POD, "a", "one"), key(Kind.NODE, "", "n1"));
        api.put(PODS, pod("two", "n1"));
        assertThat(next().changes().put()).containsOnlyKeys(key(Kind.POD, "a", "two"));
        api.remove(PODS, "a/one");
        assertThat(next().changes()).satisfies(changes -> {
            assertThat(changes.put()).isEmpty();
            assertThat(changes.removed()).containsExactly(key(Kind.POD, "a", "one"));
        });
    }

    @Test
    void nothingIsToldBeforeEverythingIsRead() throws InterruptedException {
        api.put(PODS, pod("one", "n1"));
        api.unserve(SERVICES);

        KubernetesSource opened = open();

        Await.until("a failing list", () -> state(opened, "services") == WatchStatus.State.FAILING);
        Await.until("pods", () -> state(opened, "pods") == WatchStatus.State.WATCHING);
        assertThat(news).isEmpty();
        assertThat(opened.troubles()).anyMatch(trouble -> trouble.startsWith("services: ") && trouble.contains("404"));
        api.serve(SERVICES);
        assertThat(next().changes().put()).containsOnlyKeys(key(Kind.POD, "a", "one"));
        Await.until("no trouble", () -> opened.troubles().isEmpty());
    }

    @Test
    void heartbeatOfANodeIsNoNews() throws InterruptedException {
        api.put(
                NODES,
                "{\"metadata\": {\"name\": \"n1\"}, \"status\": {\"conditions\": [{\"lastHeartbeatTime\": \"1\"}]}}");
        open();
        next();

        api.put(
                NODES,
                "{\"metadata\": {\"name\": \"n1\"}, \"status\": {\"conditions\": [{\"lastHeartbeatTime\": \"2\"}]}}");
        api.put(PODS, pod("later", "n1"));

        assertThat(next().changes().put()).containsOnlyKeys(key(Kind.POD, "a", "later"));
    }

    @Test
    void objectThatBecameUnreadableStaysAsItWas() throws InterruptedException {
        api.put(SERVICES, service("{\"clusterIP\": \"10.0.0.1\"}"));
        open();
        assertThat(next().problems()).isEmpty();

        api.put(SERVICES, service("[]"));
        News broken = next();
        assertThat(broken.changes().put()).isEmpty();
        assertThat(broken.changes().removed()).isEmpty();
        assertThat(broken.problems()).extracting(Problem::field).containsExactly("spec");
        api.put(SERVICES, service("{\"clusterIP\": \"10.0.0.2\"}"));

        News mended = next();
        assertThat(mended.problems()).isEmpty();
        assertThat(mended.changes().put().get(key(Kind.SERVICE, "a", "web")))
                .isInstanceOfSatisfying(
                        Service.class,
                        service -> assertThat(service.clusterIp()).isEqualTo("10.0.0.2"));
    }

    private KubernetesSource open() {
        KubernetesSource opened = KubernetesSource.open(
                server,
                MeshSettings.DEFAULT.configMaps(),
                KubernetesMetrics.NONE,
                (changes, problems) -> news.add(new News(changes, problems)),
                InstantSource.system(),
                new Random(7));
        source = opened;
        return opened;
    }

    private News next() throws InterruptedException {
        News next = news.poll(120, TimeUnit.SECONDS);
        assertThat(next).as("news within two minutes").isNotNull();
        return next;
    }

    private static WatchStatus.@Nullable State state(KubernetesSource source, String collection) {
        WatchStatus status = source.statuses().get(collection);
        return status == null ? null : status.state();
    }

    private static ObjectKey key(Kind kind, String namespace, String name) {
        return new ObjectKey(kind, namespace, name);
    }

    private static String pod(String name, String node) {
        return "{\"metadata\": {\"namespace\": \"a\", \"name\": \"" + name + "\"}, \"spec\": {\"nodeName\": \"" + node
                + "\"}}";
    }

    private static String service(String spec) {
        return "{\"metadata\": {\"namespace\": \"a\", \"name\": \"web\"}, \"spec\": " + spec + "}";
    }
}
