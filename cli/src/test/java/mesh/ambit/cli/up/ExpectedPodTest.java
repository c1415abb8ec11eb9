package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedPodTest {
    private static final String NAMESPACE =
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {istio.io/dataplane-mode: ambient}}\n---\n";
    private static final String POD =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s, labels: {%s}}\nspec: {%s}\n---\n";

    @TempDir
    private Path folder = Path.of("");

    private List<ExpectedPod> expected(String yaml) throws IOException {
        Files.writeString(folder.resolve("a.yaml"), yaml);
        return ExpectedPod.of(FolderSource.read(folder, Reading.CHECKED).objects());
    }

    @Test
    void aPodIsInTheMeshByItsOwnLabelElseByItsNamespaces() throws IOException {
        List<ExpectedPod> pods = expected(NAMESPACE
                + POD.formatted("in", "x", "", "nodeName: n")
                + POD.formatted("out", "x", "istio.io/dataplane-mode: none", "")
                + POD.formatted("own", "y", "istio.io/dataplane-mode: ambient", "")
                + POD.formatted("plain", "y", "", ""));

        assertThat(pods)
                .containsExactly(
                        new ExpectedPod("n", "x", "in", true),
                        new ExpectedPod("local", "x", "out", false),
                        new ExpectedPod("local", "y", "own", true),
                        new ExpectedPod("local", "y", "plain", false));
    }

    @Test
    void aPodWithASidecarIsNotWaitedForInTheMesh() throws IOException {
        List<ExpectedPod> pods = expected(NAMESPACE + """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: x, annotations: {sidecar.istio.io/status: "{}"}}
                """);

        assertThat(pods).containsExactly(new ExpectedPod("local", "x", "web", false));
    }

    @Test
    void aPodThatHasEndedIsNobodysToMake() throws IOException {
        assertThat(expected(POD.formatted("job", "x", "", "").replace("---", "status: {phase: Succeeded}")))
                .isEmpty();
    }

    @Test
    void aPodOfTheMachinesNetworkIsNobodysToMake() throws IOException {
        assertThat(expected(POD.formatted("host", "x", "", "hostNetwork: true")))
                .isEmpty();
    }
}
