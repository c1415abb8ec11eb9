package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("netns")
class NetNsIT {
    private ForeignNamespace foreign;

    @BeforeEach
    void makeNamespace() throws IOException {
        foreign = ForeignNamespace.make();
    }

    @AfterEach
    void removeNamespace() {
        foreign.close();
    }

    @Test
    void actionRunsInsideAndTheThreadComesBack() throws IOException {
        try (NetNs home = NetNs.current();
                NetNs namespace = NetNs.open(foreign.path())) {
            NetNs.Id inside = namespace.call(() -> {
                try (NetNs here = NetNs.current()) {
                    return here.id();
                }
            });

            assertThat(inside).isEqualTo(namespace.id()).isNotEqualTo(home.id());
            try (NetNs after = NetNs.current()) {
                assertThat(after.id()).isEqualTo(home.id());
            }
        }
    }

    @Test
    void threadComesBackWhenTheActionThrows() {
        try (NetNs home = NetNs.current();
                NetNs namespace = NetNs.open(foreign.path())) {
            assertThatThrownBy(() -> namespace.call(() -> {
                        throw new IOException("inside");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("inside");

            try (NetNs after = NetNs.current()) {
                assertThat(after.id()).isEqualTo(home.id());
            }
        }
    }

    @Test
    void entersNestWithinEachOther() {
        try (NetNs home = NetNs.current();
                NetNs namespace = NetNs.open(foreign.path())) {
            NetNs.Id innermost = namespace.call(() -> home.call(() -> {
                try (NetNs here = NetNs.current()) {
                    return here.id();
                }
            }));

            assertThat(innermost).isEqualTo(home.id());
        }
    }

    @Test
    void aHandleThatIsClosedMeanwhileStaysOpenUntilNobodyIsInside() throws IOException {
        NetNs namespace = NetNs.open(foreign.path());
        Path descriptor = Path.of("/proc/self/fd/" + namespace.fd());

        Path inside = namespace.call(() -> {
            namespace.close();
            return Files.readSymbolicLink(descriptor);
        });

        assertThat(inside).hasToString(namespace.id().toString());
        assertThat(descriptor).doesNotExist();
        assertThatThrownBy(() -> namespace.run(() -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(namespace::duplicate).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void virtualThreadIsRefused() {
        try (NetNs namespace = NetNs.open(foreign.path())) {
            CompletableFuture<Void> attempt = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    namespace.run(() -> {});
                    attempt.complete(null);
                } catch (RuntimeException e) {
                    attempt.completeExceptionally(e);
                }
            });

            assertThatThrownBy(attempt::join).hasRootCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void processStartedInsideBelongsToTheNamespace() throws Exception {
        try (NetNs namespace = NetNs.open(foreign.path())) {
            Process process = namespace.call(() -> new ProcessBuilder("readlink", "/proc/self/ns/net").start());

            assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).strip())
                    .isEqualTo(namespace.id().toString());
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void duplicateOutlivesItsOriginal() {
        NetNs original = NetNs.open(foreign.path());
        try (NetNs copy = original.duplicate()) {
            original.close();

            assertThat(copy.id()).isEqualTo(original.id());
            assertThatThrownBy(original::fd).isInstanceOf(IllegalStateException.class);
            copy.run(() -> {});
        }
    }

    @Test
    void otherFilesAreRefusedAndTheirDescriptorClosed(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("not-a-namespace"));
        Set<String> before = OpenDescriptors.now();

        assertThatThrownBy(() -> NetNs.open(file)).isInstanceOf(LinuxException.class);
        assertThatThrownBy(() -> NetNs.open(Path.of("/proc/self/ns/uts")))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("not one of the network");
        assertThatThrownBy(() -> NetNs.open(folder.resolve("missing")))
                .hasMessageContaining("missing: No such file or directory");

        assertThat(OpenDescriptors.since(before)).isEmpty();
    }
}
