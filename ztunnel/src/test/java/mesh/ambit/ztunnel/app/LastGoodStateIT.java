package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.FakeAds;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("netns")
class LastGoodStateIT {
    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;
    private Path kept;

    /** Lets a daemon write its state, and takes what is on disk while it still runs: what a kill would leave. */
    @BeforeEach
    void killADaemon() throws IOException {
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "one");
        mesh.app(orders, 8080);
        Path state = mesh.folder().resolve("state");
        Node node = mesh.node("one", state);
        assertThat(talk()).isEqualTo("hello " + web.address().getHostAddress() + ": ping\n");
        Await.until(
                "both files are written",
                () -> node.ztunnel
                                .metricsPage()
                                .lines()
                                .filter(line -> line.startsWith("ambit_state_writes_total") && line.contains("success"))
                                .count()
                        == 2);
        // The first certificate may have been written before the second one came.
        Await.until("both certificates are among it", () -> names(state.resolve("certificates.state"), web, orders));
        kept = mesh.folder().resolve("kept");
        Files.createDirectory(kept, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // Not what is being written beside them.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(state, "*.state")) {
            for (Path file : files) {
                Path copy = Files.copy(file, kept.resolve(file.getFileName()));
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
            }
        }
        node.close();
        mesh.controllersGone();
    }

    @Test
    void aRestartedDaemonServesWhileNoControllerAnswersAndIsConfirmedLater() throws IOException {
        Node again = mesh.nodeAlone("one", kept);
        Await.until("ready", again.ztunnel::isReady);

        assertThat(talk()).isEqualTo("hello " + web.address().getHostAddress() + ": ping\n");
        assertThat(mesh.accessLog())
                .anyMatch(line -> line.contains("src.identity=\"spiffe://cluster.local/ns/shop/sa/web\""));
        assertThat(mesh.logText())
                .containsPattern("served from disk, as of \\S+Z, not yet confirmed by the controller");
        assertThat(again.ztunnel.metricsPage()).contains("ambit_state_unconfirmed 1");
        assertThat(again.ztunnel.configDump()).contains("not yet confirmed by the controller");

        FakeAds.Stream stream = mesh.controllerBack();
        assertThat(stream.awaitVersions())
                .containsOnlyKeys("Kubernetes//Pod/shop/web", "Kubernetes//Pod/shop/orders")
                .doesNotContainValue("");
        stream.awaitRequest();
        stream.sendAddresses(List.of(), "Kubernetes//Pod/shop/orders");
        stream.sendPolicies(List.of());
        Await.until("confirmed", () -> again.ztunnel.metricsPage().contains("ambit_state_unconfirmed 0"));
        assertThat(again.ztunnel.configDump()).as("removed meanwhile").doesNotContain("Kubernetes//Pod/shop/orders");
    }

    @Test
    void aFileThatWasChangedIsIgnoredAndNamed() throws IOException {
        Path file = kept.resolve("mesh.state");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Node again = mesh.nodeAlone("one", kept);

        Await.until("the file is named", () -> mesh.logText().contains(file + ": checksum is wrong"));
        assertThat(again.ztunnel.isReady()).isFalse();
        assertThat(again.ztunnel.metricsPage()).contains("ambit_state_unconfirmed 0");
    }

    private static boolean names(Path file, LabPod... pods) {
        try {
            String bytes = Files.readString(file, ISO_8859_1);
            return Stream.of(pods).allMatch(pod -> bytes.contains("/ns/shop/sa/" + pod.name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String talk() throws IOException {
        return EchoApp.talk(web.namespace(), orders.address(), 8080, "ping");
    }
}
