package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.ObservedPods;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.ProblemCode;
import mesh.ambit.kube.Reading;
import mesh.ambit.kube.Service;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    @Test
    void objectsAreCompletedByObservationDefaultsAndClusterIps() {
        ClusterView view = ClusterView.of(snapshot("""
                        {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {}}
                        ---
                        {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {a: b}, ports: [{port: 80}]}}
                        """), snapshot("""
                        {apiVersion: v1, kind: Pod, metadata: {name: web, uid: u-1,
                         annotations: {ambient.istio.io/redirection: enabled}}, spec: {nodeName: node-a},
                         status: {phase: Running, podIPs: [{ip: 10.77.1.2}], conditions: [{type: Ready, status: "True"}]}}
                        """), Map.of("default/web", List.of("10.96.9.9")));

        assertThat(view.problems()).isEmpty();
        assertThat(view.objects().pods()).singleElement().satisfies(pod -> {
            assertThat(pod.serviceAccountName()).isEqualTo("default");
            assertThat(pod.nodeName()).isEqualTo("node-a");
            assertThat(pod.status().ready()).isTrue();
            assertThat(pod.metadata().annotations()).containsEntry(ObservedPods.REDIRECTION_ANNOTATION, "enabled");
        });
        assertThat(view.objects().services()).singleElement().satisfies(service -> {
            assertThat(service.clusterIps()).containsExactly("10.96.9.9");
            assertThat(service.ports().getFirst().targetPort()).isEqualTo(new Service.TargetPort.Numbered(80));
        });
        assertThat(view.clusterIps()).isEqualTo(Map.of("default/web", List.of("10.96.9.9")));
    }

    @Test
    void problemsOfItsPartsAreItsProblems() {
        Problem broken = new Problem(ProblemCode.SYNTAX, "a.yaml", 1, 1, "", "", "broken", "");
        FolderSnapshot declared = new FolderSnapshot(ObjectSet.EMPTY, List.of(broken), List.of(broken));

        ClusterView view = ClusterView.of(declared, FolderSnapshot.EMPTY, Map.of());

        assertThat(view.problems()).containsExactly(broken);
    }

    private static FolderSnapshot snapshot(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "test.yaml", Reading.CHECKED);
        assertThat(parsed.problems()).isEmpty();
        return new FolderSnapshot(ObjectSet.of(parsed.objects()), List.of(), List.of());
    }
}
