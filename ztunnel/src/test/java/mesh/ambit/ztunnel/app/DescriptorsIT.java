package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.linux.Command;
import mesh.ambit.testkit.Await;
import mesh.ambit.testkit.LabNamespace;
import mesh.ambit.testkit.NetnsLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon that runs out of descriptors. It is a process of its own, so that the limit is its alone: a client in the same
 * process takes the last ones as often as the daemon does.
 */
@Tag("netns")
class DescriptorsIT {
    private static final int PORT = 8080;

    /** Connections by which the count may be off: what is seen here and what the daemon sees are not of one moment. */
    private static final int SLACK = 16;

    @RegisterExtension
    final NetnsLab namespaces = new NetnsLab();

    @TempDir
    Path folder;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private LabNamespace web;
    private LabNamespace orders;
    private EchoApp app;
    private Process daemon;
    private long given;

    @BeforeEach
    void startTheDaemon() throws IOException {
        web = namespaces.pod("web");
        orders = namespaces.pod("orders");
        Capture.of(web);
        app = new EchoApp(orders, PORT);
        // What is called is outside the mesh: no certificate is needed, and a connection costs two descriptors.
        Path mesh = Files.writeString(
                folder.resolve("mesh.yaml"), """
                workloads:
                - {uid: web, name: web, namespace: shop, serviceAccount: web, trustDomain: cluster.local,
                   workloadIps: [%s], protocol: HBONE, services: {}}
                """.formatted(web.ipv4().getHostAddress()));
        daemon = web.start(
                "env",
                "PROXY_MODE=dedicated",
                "PROXY_WORKLOAD_INFO=shop/web/web",
                "PACKET_MARK=1337",
                "LOCAL_XDS_PATH=" + mesh,
                "XDS_ADDRESS=",
                "CA_ADDRESS=https://127.0.0.1:1",
                "CONNECTION_TERMINATION_DEADLINE=1s",
                "ZTUNNEL_WORKER_THREADS=1",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ZtunnelCommand.class.getName());
        Thread.ofPlatform().daemon().name("daemon-log").start(() -> {
            try {
                daemon.getInputStream().transferTo(log);
            } catch (IOException e) {
                // It has ended.
            }
        });
        Await.until("it serves", () -> {
            assertThat(daemon.isAlive()).as(this::logText).isTrue();
            return logText().contains("is served");
        });
        Await.until("it answers", () -> talk().endsWith(": ping\n"));
        given = most();
    }

    @AfterEach
    void close() throws IOException {
        app.close();
    }

    @Test
    void newConnectionsAreRefusedWhileThereAreSomeLeft() throws IOException {
        long limit = 2 * taken() + 400;
        limit(limit);
        List<Socket> open = new ArrayList<>();
        try {
            // One after the other is served, so that the daemon is never far behind what is counted here.
            while (taken() <= limit * 9 / 10 - SLACK) {
                Socket socket = EchoApp.dial(web, orders.ipv4(), PORT);
                open.add(socket);
                assertThat(EchoApp.exchange(socket, "ping")).endsWith("ping\n");
            }
            List<Socket> served = List.copyOf(open);
            for (int i = 0; i < SLACK; i++) {
                open.add(EchoApp.dial(web, orders.ipv4(), PORT));
            }

            Await.until(
                    "a refusal",
                    () -> talk().isEmpty()
                            && metrics().contains("ambit_connections_refused_total{reason=\"descriptors\""));

            assertThat(taken()).isLessThan(limit);
            awaitLog("new connections are refused: connection refused: file descriptors are running out");
            assertThat(logText()).doesNotContain("Too many open files");
            assertThat(served)
                    .as("who is in stays in")
                    .allSatisfy(socket ->
                            assertThat(EchoApp.exchange(socket, "still")).endsWith("still\n"));
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }

        Await.until("accepted again", () -> !talk().isEmpty());
        awaitLog("new connections are accepted again");
    }

    @Test
    void withNoneLeftItSaysSoAndComesBack() {
        // Once in good order: classes and libraries that are read when they are first needed take descriptors too.
        limit(taken() + 10);
        Await.until("refused", () -> times("new connections are refused") == 1);
        limit(given);
        Await.until("accepted", () -> times("new connections are accepted again") == 1);

        limit(3);
        // Even to count them takes one.
        Await.until("noticed", () -> times("new connections are refused") == 2);
        assertThat(talk()).isEmpty();
        limit(given);

        Await.until("accepted again", () -> times("new connections are accepted again") == 2);
        Await.until("served again", () -> !talk().isEmpty());
        assertThat(metrics()).contains("process_open_fds ");
    }

    /** Returns what the application answers, empty if the connection is refused. */
    private String talk() {
        try (Socket socket = EchoApp.dial(web, orders.ipv4(), PORT)) {
            socket.setSoTimeout(1_000);
            return EchoApp.exchange(socket, "ping");
        } catch (IOException | UncheckedIOException e) {
            // Also one that nobody takes out of the queue: whoever has to be served is asked again.
            return "";
        }
    }

    private String metrics() {
        try (Socket socket = web.call(Socket::new)) {
            web.call(() -> {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 15020), 30_000);
                return null;
            });
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The daemon's words come through a pipe. */
    private void awaitLog(String text) {
        Await.until("the log says " + text, () -> logText().contains(text));
    }

    private String logText() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private long times(String said) {
        return logText().lines().filter(line -> line.contains(said)).count();
    }

    /** Returns how many descriptors the daemon has open. */
    private long taken() {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how many it may have. */
    private long most() {
        return Long.parseLong(
                prlimit("--nofile", "--noheadings", "--raw", "--output=SOFT").strip());
    }

    private void limit(long soft) {
        prlimit("--nofile=" + soft + ":");
    }

    private String prlimit(String... words) {
        List<String> line = new ArrayList<>(List.of("prlimit", "--pid", Long.toString(daemon.pid())));
        line.addAll(List.of(words));
        return Command.of(line.toArray(String[]::new)).require();
    }
}
