package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the programs started of nodes that come into the folder while the mesh is up. On a platform thread of its own: a
 * start enters network namespaces and waits for programs, and who watches the folder must do neither.
 */
final class NodeFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeFollower.class);

    /** For a start that was interrupted. */
    private static final long PATIENCE_SECONDS = 10;

    private final MeshNodes known;
    private final Start start;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("ambit-nodes").factory());
    private final FolderSource source;

    /** Starts the programs of nodes. */
    @FunctionalInterface
    interface Start {
        void start(List<MeshNode> added) throws IOException;
    }

    private NodeFollower(Path folder, MeshNodes known, Start start) {
        this.known = known;
        this.start = start;
        this.source = FolderSource.watch(folder, snapshot -> executor.execute(() -> takeUp(snapshot.objects())));
    }

    /** Begins, with what the folder says now. */
    static NodeFollower follow(Path folder, MeshNodes known, Start start) {
        return new NodeFollower(folder, known, start);
    }

    private void takeUp(ObjectSet objects) {
        try {
            List<MeshNode> added = known.takeUp(objects);
            if (!added.isEmpty()) {
                start.start(added);
            }
        } catch (IOException | RuntimeException e) {
            if (!executor.isShutdown()) {
                LOG.error("a node that came into the folder has no programs: {}", e.getMessage(), e);
            }
        }
    }

    /** Starts nothing more; what is being started is interrupted and waited for. */
    @Override
    public void close() {
        source.close();
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a node is still being started");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
