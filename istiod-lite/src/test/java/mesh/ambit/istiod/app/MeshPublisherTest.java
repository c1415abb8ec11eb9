package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.push.PacedTrigger;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.istiod.push.PushMetrics;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.Test;

class MeshPublisherTest {
    private static final String READY = "conditions: [{type: Ready, status: 'True'}]";
    private static final String PLACED = "podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]";

    @Test
    void newsOfPodsThatTakeConnectionsDoesNotWait() {
        assertThat(mayWait(pod("", PLACED + ", " + READY))).isFalse();
    }

    @Test
    void newsOfPodsThatDoNotWaitsForCompany() {
        assertThat(mayWait(pod("", PLACED))).isTrue();
        assertThat(mayWait(pod("", READY))).isTrue();
        assertThat(mayWait(pod(", deletionTimestamp: '2026-01-01T00:00:00Z'", PLACED + ", " + READY)))
                .isTrue();
        assertThat(gone(Kind.POD)).isTrue();
    }

    @Test
    void slicesWaitAndEverythingElseDoesNot() {
        assertThat(mayWait("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, namespace: n},"
                        + " addressType: IPv4, endpoints: []}"))
                .isTrue();
        assertThat(gone(Kind.ENDPOINT_SLICE)).isTrue();
        assertThat(gone(Kind.AUTHORIZATION_POLICY)).isFalse();
        assertThat(gone(Kind.SERVICE)).isFalse();
        assertThat(mayWait(pod("", PLACED) + "\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: n}}"))
                .isFalse();
    }

    @Test
    void nobodyIsToldOfAPartOfWhatIsThereAtTheStart() {
        PushHub hub = new PushHub(Runnable::run, 1, InstantSource.system(), PushMetrics.NONE);
        PacedTrigger.Pace pace = new PacedTrigger.Pace(Duration.ofMillis(1), Duration.ofMillis(1));
        MeshSettings settings = MeshSettings.DEFAULT.withFeatures(Set.of(Feature.MULTI_NETWORK));
        try (MeshPublisher publisher = new MeshPublisher(settings, hub, pace, _ -> {})) {
            ObjectChanges pod = changes(pod("", PLACED + ", " + READY));
            publisher.changed("", pod, List.of());
            publisher.changed("west", pod, List.of());
            assertThat(publisher.first().toCompletableFuture()).isNotDone();
            assertThat(hub.hasState()).isFalse();

            publisher.complete();

            Await.until(
                    "all of it", () -> publisher.first().toCompletableFuture().isDone());
            assertThat(hub.dump()).contains("Kubernetes//Pod/n/p", "west//Pod/n/p");
            assertThat(publisher.published().digest().pod("n", "p")).isNotNull();
            publisher.changed("west", new ObjectChanges(Map.of(), pod.put().keySet()), List.of());
            Await.until("the other's is gone", () -> !hub.dump().contains("west//Pod/n/p"));
            assertThat(hub.dump()).contains("Kubernetes//Pod/n/p");
            assertThat(publisher.published().digest().pod("n", "p")).isNotNull();
        }
    }

    private static String pod(String metadata, String status) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n" + metadata
                + "}, spec: {containers: [{name: c, image: i}]}, status: {phase: Running, " + status + "}}";
    }

    private static boolean mayWait(String yaml) {
        return MeshPublisher.mayWait(changes(yaml));
    }

    private static ObjectChanges changes(String yaml) {
        Collection<KubeObject> objects =
                KubeYaml.parse(yaml, "test", Reading.AS_STORED).objects();
        assertThat(objects).isNotEmpty();
        return new ObjectChanges(
                objects.stream().collect(Collectors.toMap(KubeObject::key, Function.identity())), Set.of());
    }

    private static boolean gone(Kind kind) {
        return MeshPublisher.mayWait(new ObjectChanges(Map.of(), Set.of(new ObjectKey(kind, "n", "x"))));
    }
}
