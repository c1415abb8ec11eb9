package mesh.ambit.kube;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class FolderSourceTest {
    private static final int TRIES = 20;

    @TempDir
    private Path folder;

    private final BlockingQueue<FolderSnapshot> snapshots = new LinkedBlockingQueue<>();

    @Test
    void firstSnapshotComesAtOnce() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), namespace("a"));

        try (FolderSource source = FolderSource.watch(folder, snapshots::add)) {
            assertThat(snapshots).hasSize(1);
            assertThat(names(source.current())).containsExactly("a");
        }
    }

    @Test
    void changesFollowOneAnother() throws Exception {
        try (FolderSource source = FolderSource.watch(folder, snapshots::add)) {
            Files.writeString(folder.resolve("a.yaml"), namespace("a"));
            awaitNames("a");
            AtomicFiles.write(folder.resolve("a.yaml"), namespace("a") + "---\n" + namespace("b"));
            awaitNames("a", "b");
            Files.createDirectories(folder.resolve("x/y"));
            Files.writeString(folder.resolve("x/y/c.yaml"), namespace("c"));
            awaitNames("a", "b", "c");
            Files.writeString(folder.resolve("x/y/c.yaml"), namespace("d"));
            awaitNames("a", "b", "d");
            Files.delete(folder.resolve("a.yaml"));
            awaitNames("d");
            assertThat(names(source.current())).containsExactly("d");
        }
    }

    @Test
    void newContentIsThereLongBeforeASecondHasPassed() throws Exception {
        try (FolderSource source = FolderSource.watch(folder, snapshots::add)) {
            long fastest = Long.MAX_VALUE;
            // Who waits for a second does so each time; a machine that stands still does it now and then.
            for (int i = 0; i < TRIES && fastest >= TimeUnit.MILLISECONDS.toNanos(900); i++) {
                Path next = Files.writeString(folder.resolve(".next"), namespace("a" + i));
                long begin = System.nanoTime();
                Files.move(next, folder.resolve("a.yaml"), ATOMIC_MOVE);
                awaitNames("a" + i);
                fastest = Math.min(fastest, System.nanoTime() - begin);
            }

            assertThat(fastest).isLessThan(TimeUnit.MILLISECONDS.toNanos(900));
            assertThat(source.current().problems()).isEmpty();
        }
    }

    @Test
    void listenerThatFailsHearsOfTheNextChange() throws Exception {
        try (FolderSource source = FolderSource.watch(folder, snapshot -> {
            snapshots.add(snapshot);
            if (snapshot.objects().size() == 1) {
                throw new IllegalStateException("the listener of this test fails on purpose");
            }
        })) {
            Files.writeString(folder.resolve("a.yaml"), namespace("a"));
            awaitNames("a");
            Files.writeString(folder.resolve("b.yaml"), namespace("b"));
            awaitNames("a", "b");
            assertThat(source.current().objects().size()).isEqualTo(2);
        }
    }

    @Test
    void nothingIsHeardAfterClose() throws Exception {
        FolderSource source = FolderSource.watch(folder, snapshots::add);
        source.close();
        source.close();
        snapshots.clear();
        Files.writeString(folder.resolve("a.yaml"), namespace("a"));

        assertThat(snapshots).isEmpty();
    }

    @Test
    void folderThatIsNotThereIsSaidClearly() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> FolderSource.watch(folder.resolve("none"), snapshots::add))
                .isInstanceOf(FolderException.class)
                .hasMessageContaining("none: there is no such folder");
        assertThatThrownBy(() -> FolderSource.read(file, Reading.CHECKED))
                .isInstanceOf(FolderException.class)
                .hasMessageContaining("this is not a folder");
    }

    @Test
    void optionalFolderMayComeLater() throws Exception {
        Path later = folder.resolve("later");
        try (FolderSource source = FolderSource.watchOptional(later, snapshots::add)) {
            awaitNames();
            Files.createDirectories(later);
            Files.writeString(later.resolve("a.yaml"), namespace("a"));
            awaitNames("a");
            assertThat(source.current().problems()).isEmpty();
        }
    }

    private void awaitNames(String... expected) throws InterruptedException {
        while (true) {
            FolderSnapshot snapshot = snapshots.poll(60, TimeUnit.SECONDS);
            assertThat(snapshot).as("a snapshot with " + List.of(expected)).isNotNull();
            if (names(snapshot).equals(List.of(expected))) {
                return;
            }
        }
    }

    private static List<String> names(FolderSnapshot snapshot) {
        return snapshot.objects().namespaces().stream()
                .map(namespace -> namespace.metadata().name())
                .toList();
    }

    private static String namespace(String name) {
        return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n";
    }
}
