package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeFollowerTest {
    @TempDir
    private Path folder = Path.of("");

    /** Nodes that were started, and whether their thread may enter a network namespace. */
    private record Started(List<String> nodes, boolean mayEnter) {}

    @Test
    void nodesThatComeLaterAreStartedOnAThreadThatMayEnterNamespaces() throws Exception {
        BlockingQueue<Started> started = new LinkedBlockingQueue<>();
        write("node-a");
        try (NodeFollower _ = NodeFollower.follow(
                folder,
                new MeshNodes(),
                added -> started.add(new Started(
                        added.stream().map(MeshNode::name).toList(),
                        !Thread.currentThread().isVirtual())))) {
            assertThat(started.poll(2, TimeUnit.MINUTES)).isEqualTo(new Started(List.of("node-a"), true));
            write("node-b");
            assertThat(started.poll(2, TimeUnit.MINUTES)).isEqualTo(new Started(List.of("node-b"), true));
        }
    }

    @Test
    void aNodeThatCannotBeStartedKeepsNoOtherFromBeingStarted() throws Exception {
        BlockingQueue<String> started = new LinkedBlockingQueue<>();
        try (NodeFollower _ = NodeFollower.follow(folder, new MeshNodes(), added -> {
            started.add(added.getFirst().name());
            throw new IOException("this is the test's");
        })) {
            write("node-a");
            assertThat(started.poll(2, TimeUnit.MINUTES)).isEqualTo("node-a");
            write("node-b");
            assertThat(started.poll(2, TimeUnit.MINUTES)).isEqualTo("node-b");
        }
    }

    private void write(String node) throws IOException {
        Files.writeString(
                folder.resolve(node + ".yaml"), "apiVersion: v1\nkind: Node\nmetadata: {name: " + node + "}\n");
    }
}
