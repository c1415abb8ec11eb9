package mesh.ambit.node.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.app.PrivateRun.NodeSetupProcess;
import mesh.ambit.testkit.Await;

/** A machine for the program, the folder of objects that it reads, and what it says of its pods. */
final class NodeSetupLab implements AutoCloseable {
    /** What is observed of the pod that most tests have. */
    static final String WEB = "shop.web.yaml";

    final Path folder;
    final Path state;
    final PrivateRun machine;
    private final Path temporary;

    private NodeSetupLab(Path temporary) throws IOException {
        this.temporary = temporary;
        this.folder = Files.createDirectory(temporary.resolve("objects"));
        this.state = Files.createDirectory(temporary.resolve("state"));
        this.machine = PrivateRun.make();
    }

    /** Makes a machine of its own, whose files are in {@code temporary}. */
    static NodeSetupLab make(Path temporary) throws IOException {
        return new NodeSetupLab(temporary);
    }

    NodeSetupProcess start() throws IOException {
        return machine.start(List.of(), folder, state);
    }

    String inside(String namespace, String... command) {
        try (NetNs opened = machine.namespace(namespace)) {
            return Command.of(command).in(opened).within(Duration.ofMinutes(2)).require();
        }
    }

    /** Proves that {@code dialled} leads from one namespace to a server at {@code address} in the other. */
    void connect(String from, String to, String dialled, String address) throws IOException {
        try (NetNs source = machine.namespace(from);
                NetNs destination = machine.namespace(to);
                ServerSocket server =
                        destination.call(() -> new ServerSocket(8080, 1, InetAddress.ofLiteral(address)));
                Socket socket = source.call(() -> {
                    Socket made = new Socket();
                    made.bind(null);
                    return made;
                })) {
            int port = dialled.equals(address) ? 8080 : 80;
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(dialled), port), 30_000);
            assertThat(server.getLocalPort()).isEqualTo(8080);
        }
    }

    void declareNamespace(String mode) throws IOException {
        replace("shop.yaml", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop, labels: {istio.io/dataplane-mode: "%s"}}
                """.formatted(mode));
    }

    void declare(String name, String metadata) throws IOException {
        replace(name + ".yaml", pod("shop", name, metadata));
    }

    static String pod(String namespace, String name, String metadata) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s%s}
                spec: {containers: [{name: app, image: none, ports: [{name: http, containerPort: 8080}]}]}
                """.formatted(name, namespace, metadata.isEmpty() ? "" : ", " + metadata);
    }

    void replace(String file, String text) throws IOException {
        Path temporaryFile = temporary.resolve(file);
        Files.writeString(temporaryFile, text);
        Files.move(temporaryFile, folder.resolve(file), REPLACE_EXISTING);
    }

    String observed() throws IOException {
        try {
            return Files.readString(state.resolve("observed/local").resolve(WEB), UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.strip().startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    static void eventuallyExists(Path file) {
        Await.until(file.toString(), () -> Files.isRegularFile(file));
    }

    void eventually(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadline)
                    .as("still waiting; observed: %s", observed())
                    .isNegative();
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    @Override
    public void close() {
        machine.close();
    }
}
