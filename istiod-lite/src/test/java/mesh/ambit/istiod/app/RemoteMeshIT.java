package mesh.ambit.istiod.app;

import static mesh.ambit.istiod.app.RemoteSecrets.kubeconfig;
import static mesh.ambit.istiod.app.RemoteSecrets.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.kube.ApiNames;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.Reading;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mesh of several API servers: what they share, and what becomes of it when they are away, slow, others or gone. */
class RemoteMeshIT {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String SECRETS = "/api/v1/namespaces/istio-system/secrets";
    private static final MeshSettings SETTINGS = MeshSettings.DEFAULT.withFeatures(EnumSet.of(Feature.MULTI_NETWORK));
    private static final String OURS = """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "serviceScopeConfigs: [{scope: GLOBAL}]"}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{port: 80}]}}
            """;
    private static final String THEIRS = """
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: NETWORK}}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/zone: z}}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.2, selector: {app: web}, ports: [{port: 80}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, serviceAccountName: web}, status: {phase: Running, podIP: 10.2.0.1}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: east-west, namespace: istio-system, labels: {topology.istio.io/network: NETWORK}}, spec: {gatewayClassName: istio-east-west, listeners: [{name: cross, port: 15008, protocol: HBONE, tls: {mode: Terminate}}]}, status: {addresses: [{type: IPAddress, value: 198.51.100.7}]}}
            """;
    private static final String FLAT = THEIRS.replace("NETWORK", "''");
    private static final String FAR = THEIRS.replace("NETWORK", "there");

    private final Mesh mesh = new Mesh();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<FakeApi> servers = new ArrayList<>();
    private FakeApi home;
    private ApiServer homeServer;
    private @Nullable RemoteClusters clusters;

    /** What the controller makes of objects, and what it removed on the way there. */
    private static final class Mesh implements MeshListener {
        private final AmbientEngine engine = new AmbientEngine(SETTINGS);
        private final List<String> removed = new ArrayList<>();

        @Override
        public synchronized void changed(String cluster, ObjectChanges theirs, List<Problem> problems) {
            ObjectChanges changes = theirs.in(cluster);
            removed.addAll(engine.apply(changes.put(), changes.removed()).removedAddresses());
        }

        @Override
        public void complete() {}

        synchronized MeshState state() {
            return engine.state();
        }

        synchronized Set<String> names() {
            return state().addresses().keySet();
        }

        synchronized List<String> removed() {
            return List.copyOf(removed);
        }
    }

    @BeforeEach
    void start() throws IOException {
        home = new FakeApi().serve(SECRETS);
        servers.add(home);
        homeServer = ApiServers.at(home.url());
        mesh.changed("", new ObjectChanges(byKey(OURS), Set.of()), List.of());
    }

    @AfterEach
    void end() {
        if (clusters != null) {
            clusters.close();
        }
        homeServer.close();
        servers.forEach(FakeApi::close);
        meters.close();
    }

    @Test
    void clustersThatSecretsNameCountAsFoldersOfTheirObjectsWould() throws IOException {
        FakeApi west = cluster(FLAT);
        FakeApi east = cluster(FAR);
        MeshState alone = mesh.state();
        name(Map.of("west", west.url(), "east", east.url()));
        follow(Duration.ofMinutes(2));

        settled();
        assertThat(mesh.state())
                .isEqualTo(AmbientIndex.compute(set(OURS), Map.of("west", set(FLAT), "east", set(FAR)), SETTINGS));
        assertThat(standing("west")).isEqualTo(ClusterStanding.State.SYNCED);
        assertThat(meters.get("istiod.managed.clusters")
                        .tag("cluster_type", "remote")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(clusters().placement("west").runs("shop", "web", "n1")).isTrue();

        put(west, FLAT.replace("10.2.0.1", "10.2.0.9"));
        Await.until(
                "the change",
                () -> mesh.state()
                        .equals(AmbientIndex.compute(
                                set(OURS),
                                Map.of("west", set(FLAT.replace("10.2.0.1", "10.2.0.9")), "east", set(FAR)),
                                SETTINGS)));

        home.remove(SECRETS, "istio-system/remotes");
        Await.until("as it was", () -> mesh.state().equals(alone));
        assertThat(meters.get("istiod.managed.clusters")
                        .tag("cluster_type", "remote")
                        .gauge()
                        .value())
                .isEqualTo(0);
        assertThat(clusters().authenticate("token", "west")).isInstanceOf(Authentication.Refused.class);
    }

    @Test
    void whatIsKnownOfAClusterThatIsAwayStays() throws IOException {
        FakeApi west = cluster(FLAT);
        name(Map.of("west", west.url()));
        follow(Duration.ofMinutes(2));
        settled();
        MeshState both = mesh.state();

        west.stop();
        Await.until("its trouble", () -> !clusters().troubles().isEmpty());
        assertThat(clusters().troubles()).allMatch(trouble -> trouble.startsWith("cluster west: "));
        assertThat(mesh.state()).isEqualTo(both);

        west.restart();
        put(west, FLAT.replace("10.2.0.1", "10.2.0.9"));
        Await.until("news of it", () -> !mesh.state().equals(both));
        assertThat(mesh.removed()).isEmpty();
    }

    @Test
    void oneThatDoesNotAnswerIsWaitedForSoLongAndHurtsNoOther() throws IOException {
        FakeApi slow = cluster(FAR);
        slow.silence(true);
        name(Map.of("east", slow.url(), "west", cluster(FLAT).url()));
        follow(Duration.ofSeconds(1));

        settled();
        assertThat(standing("east")).isEqualTo(ClusterStanding.State.TIMEOUT);
        assertThat(meters.get("remote.cluster.sync.timeouts")
                        .tag("cluster", "east")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("istiod.remote.cluster.sync.status")
                        .tags("cluster", "east", "status", "timeout")
                        .gauge()
                        .value())
                .isEqualTo(1);
        Await.until("the other", () -> mesh.names().contains("west//Pod/shop/web"));

        slow.silence(false);
        Await.until("the slow one", () -> standing("east") == ClusterStanding.State.SYNCED);
        assertThat(mesh.names())
                .contains(
                        "there/SplitHorizonWorkload/istio-system/east-west/198.51.100.7/shop/web.shop.svc.cluster.local");
    }

    @Test
    void anotherServerTakesOverWhenAllOfItIsRead() throws IOException {
        name(Map.of("west", cluster(FLAT).url()));
        follow(Duration.ofMinutes(2));
        settled();
        FakeApi other = cluster(FLAT + """
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: more, namespace: shop, labels: {app: web}}, spec: {nodeName: n1}, status: {phase: Running, podIP: 10.2.0.3}}
                """);
        other.silence(true);

        name(Map.of("west", other.url()));
        Await.until("the other is asked", () -> other.count("/api/v1/pods") > 0);
        assertThat(standing("west")).isEqualTo(ClusterStanding.State.SYNCING);
        assertThat(mesh.names()).contains("west//Pod/shop/web");
        assertThat(clusters().placement("west").runs("shop", "web", "n1")).isTrue();

        other.silence(false);
        Await.until("its pod", () -> mesh.names().contains("west//Pod/shop/more"));
        assertThat(mesh.removed()).as("nothing was gone in between").isEmpty();
        assertThat(standing("west")).isEqualTo(ClusterStanding.State.SYNCED);
    }

    @Test
    void kubeconfigThatIsOfNoUseChangesNothing() throws IOException {
        name(Map.of("west", cluster(FLAT).url()));
        follow(Duration.ofMinutes(2));
        settled();
        MeshState both = mesh.state();

        home.put(
                SECRETS,
                secret(Map.of("west", kubeconfig("https://192.0.2.1", "exec: {command: /bin/true}")))
                        .toString());
        Await.until(
                "the event",
                () -> meters.find("remote.cluster.secret.events").tag("event", "update").counters().stream()
                        .anyMatch(counter -> counter.count() == 1));

        assertThat(mesh.state()).isEqualTo(both);
        assertThat(standing("west")).isEqualTo(ClusterStanding.State.SYNCED);
    }

    @Test
    void nobodyWaitsForSecretsThatWeMayNotRead() {
        home.refuse(1_000, 403, null);
        follow(Duration.ZERO);

        settled();
        assertThat(clusters().standings()).isEmpty();
    }

    private void follow(Duration timeout) {
        RemoteClusters started = new RemoteClusters(
                "Kubernetes",
                new RemoteClusterSettings(true, true, timeout, Set.of()),
                _ -> _ -> new Authentication.Refused("nobody is known here"),
                new RemoteClusterMetrics(meters),
                InstantSource.system(),
                new Random(7));
        clusters = started;
        started.tell(mesh);
        started.follow(homeServer, "istio-system");
    }

    private RemoteClusters clusters() {
        if (clusters == null) {
            throw new IllegalStateException("not followed");
        }
        return clusters;
    }

    private void settled() {
        Await.until(
                "all clusters", () -> clusters().settled().toCompletableFuture().isDone());
    }

    private ClusterStanding.@Nullable State standing(String cluster) {
        return clusters().standings().stream()
                .filter(standing -> standing.id().equals(cluster))
                .map(ClusterStanding::state)
                .findFirst()
                .orElse(null);
    }

    /** Has the Secret name these clusters, by ID. */
    private void name(Map<String, String> urls) {
        Map<String, String> data = new HashMap<>();
        urls.forEach((cluster, url) -> data.put(cluster, kubeconfig(url, "token: t")));
        home.put(SECRETS, secret(data).toString());
    }

    private FakeApi cluster(String yaml) throws IOException {
        FakeApi server = new FakeApi()
                .serve(
                        "/api/v1/pods",
                        "/api/v1/nodes",
                        "/api/v1/services",
                        "/api/v1/namespaces",
                        "/apis/discovery.k8s.io/v1/endpointslices",
                        "/apis/gateway.networking.k8s.io/v1/gateways",
                        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
        servers.add(server);
        put(server, yaml);
        return server;
    }

    private static void put(FakeApi server, String yaml) throws IOException {
        for (String document : yaml.split("(?m)^---$", -1)) {
            for (KubeObject object : objects(document)) {
                String group = ApiNames.group(object.kind());
                server.put(
                        (group.isEmpty() ? "/api/v1/" : "/apis/" + group + "/v1/") + ApiNames.plural(object.kind()),
                        YAML.readTree(document).toString());
            }
        }
    }

    private static List<KubeObject> objects(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "test.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return parsed.objects();
    }

    private static ObjectSet set(String yaml) {
        return ObjectSet.of(objects(yaml));
    }

    private static Map<ObjectKey, KubeObject> byKey(String yaml) {
        Map<ObjectKey, KubeObject> objects = new HashMap<>();
        objects(yaml).forEach(object -> objects.put(object.key(), object));
        return objects;
    }
}
