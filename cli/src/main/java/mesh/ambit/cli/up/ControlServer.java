package mesh.ambit.cli.up;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers {@code ambit status}, {@code down} and the like over a socket in the state folder, which only its owner can
 * open.
 *
 * <p>One line is asked: {@code status}, {@code down}, {@code restart-ztunnel NODE}. Lines are answered: {@code info
 * TEXT} for each step, then {@code ok TEXT} or {@code error TEXT}.
 */
final class ControlServer implements AutoCloseable {
    private static final long PAUSE_NANOS = 100_000_000;

    private final EmbeddedMesh mesh;
    private final Path file;
    private final ServerSocketChannel server;

    /** Those that tell somebody of the end. */
    private final Set<Thread> farewells = ConcurrentHashMap.newKeySet();

    private ControlServer(EmbeddedMesh mesh, Path file, ServerSocketChannel server) {
        this.mesh = mesh;
        this.file = file;
        this.server = server;
    }

    static ControlServer open(Path file, EmbeddedMesh mesh) throws IOException {
        Files.deleteIfExists(file);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(file));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        ControlServer control = new ControlServer(mesh, file, server);
        Thread thread = new Thread(control::serve, "ambit-control");
        thread.setDaemon(true);
        thread.start();
        return control;
    }

    private void serve() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                // A platform thread: some requests enter network namespaces.
                Thread thread = new Thread(() -> serve(client), "ambit-control-client");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // Closed: the mesh is ending. Anything else passes, as when this process is out of descriptors.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                BufferedReader in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8), true)) {
            String request = in.readLine();
            if (request != null) {
                answer(request.strip(), out);
            }
        } catch (IOException e) {
            // The client went away.
        }
    }

    private void answer(String request, PrintWriter out) {
        String[] words = request.split(" ", 2);
        try {
            switch (words[0]) {
                case "status" -> out.println("ok " + new Gson().toJson(mesh.status()));
                case "down" -> {
                    Thread waiting = Thread.currentThread();
                    farewells.add(waiting);
                    try {
                        mesh.requestStop();
                        mesh.closed().join();
                        out.println("ok");
                    } finally {
                        farewells.remove(waiting);
                    }
                }
                case "restart-ztunnel" -> {
                    mesh.restartZtunnel(words.length > 1 ? words[1] : "", step -> out.println("info " + step));
                    out.println("ok");
                }
                default -> out.println("error unknown request " + words[0]);
            }
        } catch (IOException | RuntimeException e) {
            out.println("error " + String.valueOf(e.getMessage()).replace('\n', ' '));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            out.println("error interrupted");
        }
    }

    /** Waits a second at most until all who asked for the end have been told of it: the process ends after this. */
    void awaitFarewells() {
        try {
            for (Thread waiting : farewells) {
                waiting.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }
}
