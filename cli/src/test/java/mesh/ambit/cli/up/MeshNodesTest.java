package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshNodesTest {
    private static final String POD =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: x}\nspec: {%s}\n---\n";
    private static final String NODE = "apiVersion: v1\nkind: Node\nmetadata: {name: %s}\n---\n";

    @TempDir
    private Path folder = Path.of("");

    private ObjectSet objects(String yaml) throws IOException {
        Files.writeString(folder.resolve("a.yaml"), yaml);
        return FolderSource.read(folder, Reading.CHECKED).objects();
    }

    @Test
    void nodesAreNamedByNodesAndByPods() throws IOException {
        ObjectSet objects = objects(POD.formatted("a", "nodeName: n2") + POD.formatted("b", "") + NODE.formatted("n1"));

        assertThat(MeshNodes.named(objects)).containsExactly("local", "n1", "n2");
    }

    @Test
    void withoutPodsAndNodesThereAreNone() {
        assertThat(MeshNodes.named(ObjectSet.EMPTY)).isEmpty();
    }

    @Test
    void aNodeKeepsItsIndexWhenAnotherComesBeforeIt() throws IOException {
        MeshNodes nodes = new MeshNodes();

        assertThat(nodes.takeUp(objects(NODE.formatted("b")))).containsExactly(new MeshNode("b", 1));
        assertThat(nodes.takeUp(objects(NODE.formatted("a") + NODE.formatted("b"))))
                .containsExactly(new MeshNode("a", 2));
    }

    @Test
    void aNameThatIsNoDnsNameIsRefused() {
        assertThatThrownBy(() -> new MeshNode("../x", 1)).hasMessageContaining("\"../x\" is no DNS name");
    }
}
