package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to servers that behave, and to those that do not. */
@NullMarked
class ApiTransportIT {
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final List<AutoCloseable> parts = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        parts.add(listener);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
    }

    /** What a server does with one connection. */
    private interface Script {
        void play(Socket socket) throws Exception;
    }

    /** Has the connections that come treated so, one after the other; the last way is that of all that follow. */
    private ApiServer serve(Script... scripts) {
        Thread.startVirtualThread(() -> {
            for (int i = 0; !listener.isClosed(); i++) {
                try {
                    Socket socket = listener.accept();
                    parts.add(socket);
                    Script script = scripts[Math.min(i, scripts.length - 1)];
                    Thread.startVirtualThread(() -> {
                        try (socket) {
                            script.play(socket);
                        } catch (Exception e) {
                            requests.add("! " + e);
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        ApiServer server = ApiServers.at("http://127.0.0.1:" + listener.getLocalPort());
        parts.add(server);
        return server;
    }

    /** Reads a request and notes its first line. */
    private void request(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        int next = in.read();
        while (next >= 0 && text.indexOf("\r\n\r\n") < 0) {
            text.append((char) next);
            next = text.indexOf("\r\n\r\n") < 0 ? in.read() : 0;
        }
        if (text.length() > 0) {
            requests.add(text.substring(0, text.indexOf("\r\n")));
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void connectionServesOneRequestAfterTheOther() throws IOException {
        Set<InetSocketAddress> callers = ConcurrentHashMap.newKeySet();
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            callers.add(exchange.getRemoteAddress());
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            // Without a length: in chunks, the last of which comes after everything that the reader needs.
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        other.start();
        parts.add(() -> other.stop(0));
        try (ApiServer server =
                ApiServers.at("http://127.0.0.1:" + other.getAddress().getPort())) {
            assertThat(server.get("/one?a=b").path("a").asInt()).isEqualTo(1);
            server.create("/two", JsonNodeFactory.instance.objectNode().put("x", "ä"));
            server.delete("/three");
        }

        assertThat(requests).containsExactly("GET /one?a=b ", "POST /two {\"x\":\"ä\"}", "DELETE /three ");
        assertThat(callers).hasSize(1);
    }

    @Test
    void readIsRepeatedWhenItsConnectionHadEnded() throws IOException {
        ApiServer server = serve(
                socket -> {
                    request(socket);
                    say(socket, answer("{}"));
                    request(socket);
                },
                socket -> {
                    request(socket);
                    say(socket, answer("{\"b\": 2}"));
                    request(socket);
                });
        server.get("/first");

        assertThat(server.get("/second").path("b").asInt()).isEqualTo(2);
        assertThat(requests).containsExactly("GET /first HTTP/1.1", "GET /second HTTP/1.1", "GET /second HTTP/1.1");
    }

    @Test
    void writeIsNot() throws IOException {
        ApiServer server = serve(socket -> {
            request(socket);
            say(socket, answer("{}"));
            request(socket);
        });
        server.get("/first");

        assertThatThrownBy(() -> server.create("/second", JsonNodeFactory.instance.objectNode()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("POST /second: ");
        assertThat(requests).containsExactly("GET /first HTTP/1.1", "POST /second HTTP/1.1");
    }

    @Test
    void whatServersMaySayBesideAnAnswerIsUnderstood() throws IOException {
        ApiServer server = serve(
                socket -> {
                    request(socket);
                    say(socket, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("{\"early\": true}"));
                    request(socket);
                    // Until the end of the connection.
                    say(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"whole\": ");
                    say(socket, "true}");
                },
                socket -> {
                    request(socket);
                    say(socket, "SSH-2.0-OpenSSH_9.7\r\n");
                    request(socket);
                });

        assertThat(server.get("/early").path("early").asBoolean()).isTrue();
        assertThat(server.get("/whole").path("whole").asBoolean()).isTrue();
        assertThatThrownBy(() -> server.get("/none"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("GET /none: ");
        assertThat(requests).doesNotContain("!");
    }

    @Test
    void answerThatIsCutOffIsNoWholeOne() {
        ApiServer server = serve(socket -> {
            request(socket);
            say(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
        });

        assertThatThrownBy(() -> server.get("/object"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken off");
    }

    @Test
    void eventsOfAWatchArriveOneByOneAndItsEndClosesTheConnection() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        ApiServer server = serve(socket -> {
            request(socket);
            say(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            say(socket, "3\r\none\r\n");
            say(socket, "3\r\ntwo\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            ended.countDown();
        });
        try (InputStream events = server.stream("/watch", ApiServer.FORMAT, SILENCE)) {
            assertThat(new String(events.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("onetwo");
        }

        ended.await();
    }

    @Test
    void openStreamsEndWithTheServer() throws IOException {
        ApiServer server = serve(socket -> {
            request(socket);
            say(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        });
        InputStream events = server.stream("/watch", ApiServer.FORMAT, SILENCE);

        server.close();

        assertThatThrownBy(events::read).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> server.get("/more")).isInstanceOf(IOException.class);
    }

    @Test
    void credentialsThatCannotBeSentAreNotQuoted() throws IOException {
        String config = """
                {"clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:%d"}}],
                 "users": [{"name": "u", "user": {"token": "se\\ncret"}}],
                 "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}
                """.formatted(listener.getLocalPort());
        try (ApiServer server = ApiServer.connectTo(config, Set.of())) {
            assertThatThrownBy(() -> server.get("/object"))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("cret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void serverBehindAProxyIsReachedThroughIt(String scheme) throws IOException {
        serve(socket -> {
                    request(socket);
                    say(socket, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
                })
                .close();
        String config = """
                {"clusters": [{"name": "c", "cluster":
                    {"server": "https://api.example:6443", "proxy-url": "%s://127.0.0.1:%d"}}],
                 "users": [{"name": "u", "user": {"token": "secret"}}],
                 "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}
                """.formatted(scheme, listener.getLocalPort());
        try (ApiServer server = ApiServer.connectTo(config, Set.of())) {
            assertThatThrownBy(() -> server.get("/object")).isInstanceOf(IOException.class);
        }

        Await.until("the proxy", () -> requests.contains("CONNECT api.example:6443 HTTP/1.1"));
    }
}
