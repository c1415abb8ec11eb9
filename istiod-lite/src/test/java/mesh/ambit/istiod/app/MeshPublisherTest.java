package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
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

    private static String pod(String metadata, String status) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n" + metadata
                + "}, spec: {containers: [{name: c, image: i}]}, status: {phase: Running, " + status + "}}";
    }

    private static boolean mayWait(String yaml) {
        Collection<KubeObject> objects =
                KubeYaml.parse(yaml, "test", Reading.AS_STORED).objects();
        assertThat(objects).isNotEmpty();
        return MeshPublisher.mayWait(new ObjectChanges(
                objects.stream().collect(Collectors.toMap(KubeObject::key, Function.identity())), Set.of()));
    }

    private static boolean gone(Kind kind) {
        return MeshPublisher.mayWait(new ObjectChanges(Map.of(), Set.of(new ObjectKey(kind, "n", "x"))));
    }
}
