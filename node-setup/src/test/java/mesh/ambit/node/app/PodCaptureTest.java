package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mesh.ambit.config.Environment;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.pods.PodKey;
import mesh.ambit.node.pods.PodRecord;
import mesh.ambit.node.pods.PodSpec;
import mesh.ambit.node.zds.ZdsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodCaptureTest {
    private static final PodKey WEB = new PodKey("shop", "web");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void rulesThatCannotBeLookedUpEndNothing() throws IOException {
        Path file = folder.resolve("no-namespace");
        try (ZdsServer zds = ZdsServer.start(folder.resolve("ztunnel.sock"), () -> {});
                OutputStream _ = Files.newOutputStream(file)) {
            NodeSetupConfig config = config();
            ManagedPod pod = captured(config, NetNs.adoptUnchecked(descriptorOf(file)));
            long due = System.nanoTime() - config.verifyInterval().toNanos() - 1;
            pod.auditedNanos = due;

            long wait = new PodCapture(config, zds).audit(List.of(pod));

            assertThat(wait).isPositive();
            assertThat(pod.auditedNanos).as("its turn comes again").isGreaterThan(due);
            assertThat(pod.enforced).as("nothing is known to be missing").isEqualTo(config.capture());
        }
    }

    private NodeSetupConfig config() {
        return NodeSetupConfig.of(
                new NodeSetupConfig.Flags(folder, folder, "local", "10.77.1.0/24", "fd77:0:0:1::/64", "cluster.local"),
                Environment.of(Map.of()));
    }

    private static ManagedPod captured(NodeSetupConfig config, NetNs namespace) {
        ManagedPod pod = new ManagedPod(
                new PodSpec(WEB, "", "web", List.of(), null, true, config.capture()),
                new PodRecord(WEB, "uid", Path.of("/run/netns/ambit-shop-web"), true, "", List.of()),
                namespace);
        pod.stage = CaptureStage.CAPTURED;
        pod.enforced = config.capture();
        return pod;
    }

    /** Returns the descriptor that this process has on {@code file}. */
    private static int descriptorOf(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).equals(file.toRealPath())) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        throw new AssertionError("nobody has " + file + " open");
    }
}
