package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

class ViewChangesTest {
    private final List<ObjectChanges> told = new ArrayList<>();
    private final ViewChanges changes = new ViewChanges((change, _) -> told.add(change));

    @Test
    void onlyWhatDiffersIsTold() {
        changes.accept(view("a", "b"));
        changes.accept(view("b", "c"));

        assertThat(told.getFirst().put()).hasSize(2);
        assertThat(names(told.getLast().put().keySet())).containsExactly("c");
        assertThat(names(told.getLast().removed())).containsExactly("a");
    }

    @Test
    void emptyViewIsToldToo() {
        changes.accept(ClusterView.EMPTY);

        assertThat(told).containsExactly(new ObjectChanges(Map.of(), Set.of()));
    }

    private static List<String> names(Set<ObjectKey> keys) {
        return keys.stream().map(ObjectKey::name).toList();
    }

    private static ClusterView view(String... namespaces) {
        StringBuilder yaml = new StringBuilder();
        for (String name : namespaces) {
            yaml.append("---\n{apiVersion: v1, kind: Namespace, metadata: {name: ")
                    .append(name)
                    .append("}}\n");
        }
        return new ClusterView(
                ObjectSet.of(KubeYaml.parse(yaml.toString(), "test", Reading.AS_STORED)
                        .objects()),
                Map.of(),
                List.of());
    }
}
