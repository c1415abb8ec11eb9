package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadNamesTest {
    @ParameterizedTest
    @CsvSource({
        "ReplicaSet, web-abc, pod-template-hash: abc, web",
        "ReplicaSet, web-abc, rollouts-pod-template-hash: abc, web",
        "ReplicaSet, web-abc, pod-template-hash: '', web-abc",
        "ReplicaSet, webabc, pod-template-hash: abc, webabc",
        "ReplicaSet, abc-web, pod-template-hash: abc, abc-web",
        "ReplicationController, web-3, deploymentconfig: web, web",
        "ReplicationController, web-3, x: y, web-3",
        "Job, report-28123456, x: y, report",
        "Job, report-1234567, x: y, report-1234567",
        "Job, report-12345678901, x: y, report-12345678901",
        "StatefulSet, db, x: y, db",
        "Rollout, canary, x: y, canary"
    })
    void nameIsThatOfTheOwnersOwner(String kind, String owner, String label, String expected) {
        assertThat(name(kind, owner, label, "generateName: web-")).isEqualTo(expected);
    }

    @Test
    void ownersCountForGeneratedPodsOnly() {
        assertThat(name("StatefulSet", "db", "x: y", "uid: u")).isEqualTo("web-1");
    }

    @Test
    void ownerWithoutANameLeavesThePodItsOwn() {
        assertThat(name("StatefulSet", "''", "x: y", "generateName: web-")).isEqualTo("web-1");
        assertThat(name("ReplicaSet", "-abc", "pod-template-hash: abc", "generateName: web-"))
                .isEqualTo("web-1");
    }

    @Test
    void labelCountsEvenWhenItIsEmpty() {
        assertThat(name("StatefulSet", "db", "service.istio.io/workload-name: mine", "generateName: web-"))
                .isEqualTo("mine");
        assertThat(name("StatefulSet", "db", "service.istio.io/workload-name: ''", "generateName: web-"))
                .isEmpty();
    }

    @Test
    void firstLabelPresentIsTheCanonicalName() {
        assertThat(WorkloadNames.canonicalName(Map.of("app", "c"), "w")).isEqualTo("c");
        assertThat(WorkloadNames.canonicalName(Map.of("app", "c", "app.kubernetes.io/name", ""), "w"))
                .isEmpty();
        assertThat(WorkloadNames.canonicalName(Map.of("app", "c", "service.istio.io/canonical-name", "a"), "w"))
                .isEqualTo("a");
        assertThat(WorkloadNames.canonicalName(Map.of(), "w")).isEqualTo("w");
    }

    @Test
    void revisionIsTheLatestUnlessALabelSaysOtherwise() {
        assertThat(WorkloadNames.canonicalRevision(Map.of())).isEqualTo("latest");
        assertThat(WorkloadNames.canonicalRevision(Map.of("version", "v1"))).isEqualTo("v1");
        assertThat(WorkloadNames.canonicalRevision(Map.of("version", "v1", "service.istio.io/canonical-revision", "")))
                .isEmpty();
    }

    private static String name(String kind, String owner, String label, String metadata) {
        return WorkloadNames.workloadName(Objects.pod(
                metadata + ", labels: {" + label + "}, ownerReferences: [{kind: Node, name: n}, {kind: " + kind
                        + ", name: " + owner + ", controller: true}]",
                "spec: {}"));
    }
}
