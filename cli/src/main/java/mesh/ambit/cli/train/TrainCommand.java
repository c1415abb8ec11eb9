package mesh.ambit.cli.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.cli.up.EmbeddedMesh;
import mesh.ambit.cli.up.FileTree;
import mesh.ambit.cli.up.Jvm;
import mesh.ambit.cli.up.MeshException;
import mesh.ambit.cli.up.MeshOptions;
import mesh.ambit.cli.up.StateFolder;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ambit train}: runs a small mesh under load and lets each program keep what it loaded and learned (JEP 483, 514,
 * 515). The launcher calls it once for each build, inside namespaces of its own.
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Records what the caches are made of that let the programs of this build start fast.")
public final class TrainCommand implements Callable<Integer> {
    private static final int LOAD_SECONDS = 20;
    private static final List<String> SMALL = List.of("-Xms8m", "-Xmx64m");

    @Option(
            names = "--into",
            required = true,
            paramLabel = "FOLDER",
            description = "The folder that gets a file PROGRAM.recording for each program.")
    private Path into = Path.of("");

    @Override
    public Integer call() throws Exception {
        Path files = Files.createTempDirectory("ambit-training");
        Terminal terminal = Terminal.standardOutput();
        try {
            Path folder = Files.createDirectories(files.resolve("mesh"));
            Files.write(folder.resolve("mesh.yaml"), resource("mesh.yaml"));
            MeshOptions options = new MeshOptions(
                    folder,
                    new StateFolder(files.resolve("state")),
                    Map.of(),
                    false,
                    Map.of("AUTHZ_POLICY_INFO_LOGGING", "true"),
                    into.toAbsolutePath());
            try (EmbeddedMesh mesh = EmbeddedMesh.start(options, terminal::progress)) {
                terminal.progress("training under load");
                load(mesh);
                terminal.progress("writing what was learned");
            }
            return ExitCode.OK;
        } finally {
            FileTree.remove(files);
        }
    }

    private static void load(EmbeddedMesh mesh) throws IOException, InterruptedException {
        Process server = start(mesh, "server", List.of("serve"));
        try (BufferedReader words = server.inputReader()) {
            String ready = words.readLine();
            if (!"ready".equals(ready)) {
                throw new MeshException(ExitCode.FAILED, "the server of the training did not start: " + ready);
            }
            Process client = start(mesh, "client", List.of("load", "server.training", String.valueOf(LOAD_SECONDS)));
            String complaints = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!client.waitFor(LOAD_SECONDS, TimeUnit.SECONDS) || client.exitValue() != 0) {
                client.destroyForcibly();
                throw new MeshException(ExitCode.FAILED, "the load of the training failed: " + complaints.strip());
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static Process start(EmbeddedMesh mesh, String pod, List<String> arguments) throws IOException {
        return mesh.startInPod(
                "training",
                pod,
                Jvm.own().command(SMALL, TrainingPeer.class.getName(), arguments),
                builder -> builder.redirectErrorStream(true));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = TrainCommand.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return in.readAllBytes();
        }
    }
}
