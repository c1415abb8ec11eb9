package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservedPodsTest {
    private static final Pod DECLARED = pod(
            ObjectMeta.of("shop", "web")
                    .withLabels(Map.of("app", "web"))
                    .withAnnotations(Map.of("note", "mine", ObservedPods.REDIRECTION_ANNOTATION, "enabled")),
            "",
            Pod.Status.UNKNOWN);
    private static final Pod OBSERVED = pod(
            ObjectMeta.of("shop", "web").withUid("u-1").withAnnotations(Map.of("seen", "yes")),
            "node-a",
            new Pod.Status("Running", "10.0.0.1", List.of("10.0.0.1", "fd00::1"), true));

    @Test
    void observationCompletesTheDeclaredPod() {
        Pod merged = overlay(List.of(DECLARED), List.of(OBSERVED)).pods().getFirst();

        assertThat(merged.metadata().uid()).isEqualTo("u-1");
        assertThat(merged.nodeName()).isEqualTo("node-a");
        assertThat(merged.status()).isEqualTo(OBSERVED.status());
        assertThat(merged.metadata().labels()).isEqualTo(Map.of("app", "web"));
    }

    @Test
    void onlyTheNodeSaysThatTrafficIsCaptured() {
        Pod merged = overlay(List.of(DECLARED), List.of(OBSERVED)).pods().getFirst();

        assertThat(merged.metadata().annotations()).isEqualTo(Map.of("note", "mine", "seen", "yes"));
    }

    @Test
    void podsThatNobodyObservesStayAsDeclared() {
        assertThat(overlay(List.of(DECLARED), List.of()).pods()).containsExactly(DECLARED);
    }

    @Test
    void podsThatNobodyDeclaresAreLeftOut() {
        assertThat(overlay(List.of(), List.of(OBSERVED)).pods()).isEmpty();
    }

    private static ObjectSet overlay(List<Pod> declared, List<Pod> observed) {
        return ObservedPods.overlay(ObjectSet.of(declared), ObjectSet.of(observed));
    }

    private static Pod pod(ObjectMeta meta, String node, Pod.Status status) {
        return new Pod(meta, "", node, false, List.of(), List.of(), status);
    }
}
