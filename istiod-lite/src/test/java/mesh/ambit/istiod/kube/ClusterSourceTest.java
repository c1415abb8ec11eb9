package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import mesh.ambit.kube.AtomicFiles;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.Pod;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ClusterSourceTest {
    @TempDir
    private Path temporary;

    private final BlockingQueue<ClusterView> views = new LinkedBlockingQueue<>();
    private Path folder;
    private Path state;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = Files.createDirectory(temporary.resolve("objects"));
        state = Files.createDirectory(temporary.resolve("state"));
    }

    @Test
    void emptyFolderIsAViewToo() throws IOException {
        try (ClusterSource source = open()) {
            assertThat(views).containsExactly(ClusterView.EMPTY);
            assertThat(source.current()).isEqualTo(ClusterView.EMPTY);
        }
    }

    @Test
    void clusterIpsAreOnDiskWhenTheViewIsThereAndSurviveARestart() throws Exception {
        Files.writeString(folder.resolve("web.yaml"), service("web"));
        try (ClusterSource source = open()) {
            Map<String, List<String>> assigned = source.current().clusterIps();
            assertThat(assigned).containsOnlyKeys("default/web");
            assertThat(Files.readString(state.resolve("cluster-ips.yaml")))
                    .contains(assigned.values().iterator().next().getFirst());
        }
        Files.writeString(state.resolve("cluster-ips.yaml"), "default/web: [10.96.3.3]");
        try (ClusterSource source = open()) {
            assertThat(source.current().clusterIps()).isEqualTo(Map.of("default/web", List.of("10.96.3.3")));
        }
    }

    @Test
    void observationsAreTakenUpAsTheyCome() throws Exception {
        Files.writeString(folder.resolve("web.yaml"), "{apiVersion: v1, kind: Pod, metadata: {name: web}}");
        try (ClusterSource source = open()) {
            Path observed = Files.createDirectories(state.resolve("observed/node-a"));
            AtomicFiles.write(
                    observed.resolve("default.web.yaml"),
                    "{apiVersion: v1, kind: Pod, metadata: {name: web}, status: {podIPs: [{ip: 10.77.1.2}]}}");

            await(view -> view.objects().pods().stream()
                    .map(Pod::status)
                    .anyMatch(status -> status.podIps().contains("10.77.1.2")));
            assertThat(source.current().problems()).isEmpty();
        }
    }

    @Test
    void brokenFileIsAProblemAndChangesNothing() throws Exception {
        Files.writeString(folder.resolve("web.yaml"), service("web"));
        try (ClusterSource source = open()) {
            ClusterView before = source.current();
            AtomicFiles.write(folder.resolve("web.yaml"), "kind: [");

            ClusterView after = await(view -> !view.problems().isEmpty());
            assertThat(after.objects()).isEqualTo(before.objects());
            assertThat(after.problems()).hasSize(1);
        }
    }

    @Test
    void missingFolderIsSaidClearly() {
        assertThatThrownBy(() -> ClusterSource.open(temporary.resolve("none"), state, views::add))
                .isInstanceOf(FolderException.class)
                .hasMessageContaining("there is no such folder");
    }

    private ClusterSource open() throws IOException {
        return ClusterSource.open(folder, state, views::add);
    }

    private ClusterView await(Predicate<ClusterView> condition) throws InterruptedException {
        while (true) {
            ClusterView view = views.poll(60, TimeUnit.SECONDS);
            assertThat(view).as("the view that is waited for").isNotNull();
            if (condition.test(view)) {
                return view;
            }
        }
    }

    private static String service(String name) {
        return "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {ports: [{port: 80}]}}";
    }
}
