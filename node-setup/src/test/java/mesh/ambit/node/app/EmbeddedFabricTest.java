package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.node.pods.PodJournal;
import mesh.ambit.node.pods.PodKey;
import mesh.ambit.node.pods.PodRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFabricTest {
    private static final PodKey WEB = new PodKey("shop", "web");

    @TempDir
    private Path state = Path.of("");

    private void writeDown(Path netns) {
        new PodJournal(state.resolve("node-setup/node-a/pods"));
        new PodJournal(state.resolve("node-setup/node-b/pods"))
                .put(new PodRecord(WEB, "1", netns, false, "", List.of(InetAddress.ofLiteral("192.0.2.7"))));
    }

    @Test
    void aPodIsWhereItsNodeSaysWhateverTheNamespaceIsCalled() throws Exception {
        Path netns = Files.createFile(state.resolve("mine"));
        writeDown(netns);

        assertThat(EmbeddedFabric.namespaceOf(state, "shop", "web")).isEqualTo(netns);
        assertThat(EmbeddedFabric.namespaceOf(state, "shop", "other")).isNull();
    }

    @Test
    void aPodWhoseNamespaceIsGoneIsNowhere() {
        writeDown(state.resolve("gone"));

        assertThat(EmbeddedFabric.namespaceOf(state, "shop", "web")).isNull();
        assertThat(EmbeddedFabric.namespaceOf(state.resolve("nothing"), "shop", "web"))
                .isNull();
    }

    @Test
    void whatCannotBeReadIsSaidAndLeftAlone() throws Exception {
        writeDown(state.resolve("mine"));
        Path journal = state.resolve("node-setup/node-b/pods/shop.web.json");
        Files.writeString(journal, "{\"namespace\": []}");

        assertThatThrownBy(() -> EmbeddedFabric.namespaceOf(state, "shop", "web"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("shop/web");
        assertThat(journal).exists();
    }
}
