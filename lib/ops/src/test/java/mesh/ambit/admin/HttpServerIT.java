package mesh.ambit.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.telemetry.Logging;
import mesh.ambit.telemetry.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerIT {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Readiness readiness = new Readiness();
    private final Metrics metrics = Metrics.of("ztunnel", "test");
    private final Logging logging = Logging.start(
            LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE + ",info"), LogFormat.PLAIN, new ByteArrayOutputStream());
    private final AtomicInteger shutdowns = new AtomicInteger();
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch slowBegun = new CountDownLatch(1);
    private final CountDownLatch slowMayEnd = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void start() {
        Map<String, HttpRoute> routes = new HashMap<>(readiness.routes());
        routes.putAll(AdminRoutes.metrics(metrics));
        routes.putAll(AdminRoutes.nodeProxy(() -> "{}", () -> "[]", logging.levels(), shutdowns::incrementAndGet));
        routes.put("/broken", query -> {
            throw new IllegalStateException("it broke");
        });
        routes.put("/deep", HttpRoute.blocking(query -> {
            throw new StackOverflowError("too deep");
        }));
        routes.put("/impossible", HttpRoute.blocking(query -> {
            throw new OutOfMemoryError("this is the test's");
        }));
        routes.put("/slow", HttpRoute.blocking(query -> {
            slowBegun.countDown();
            await(slowMayEnd);
            return HttpReply.text(200, "slow\n");
        }));
        routes.put("/quick", query -> HttpReply.text(200, "quick\n"));
        server = HttpServer.start("test", List.of(ANY_PORT), routes)
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
        logging.close();
        metrics.close();
    }

    @Test
    void theOldestOfTooManyConnectionsMakesRoom() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i <= HttpServer.MAX_CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                socket.setSoTimeout(60_000);
                idle.add(socket);
                // One after the other, so that the first is the oldest; and each may idle for a minute after this.
                socket.getOutputStream()
                        .write("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }

            byte[] rest = idle.getFirst().getInputStream().readAllBytes();
            assertThat(new String(rest, StandardCharsets.US_ASCII)).endsWith("quick\n");
            assertThat(send("GET", "/quick").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void aClientWhoseAnswerCannotBeMadeIsNotLeftWaiting() {
        assertThatThrownBy(() -> send("GET", "/impossible")).isInstanceOf(IOException.class);
    }

    @Test
    void readinessNamesThePendingTasksSorted() throws Exception {
        readiness.pending("workload proxy manager");
        readiness.pending("state manager");

        HttpResponse<String> waiting = send("GET", "/healthz/ready");
        assertThat(waiting.statusCode()).isEqualTo(500);
        assertThat(waiting.body()).isEqualTo("not ready, pending: state manager, workload proxy manager\n");
        assertThat(waiting.headers().firstValue("content-type")).hasValue("text/plain");

        readiness.done("state manager");
        readiness.done("workload proxy manager");
        HttpResponse<String> ready = send("GET", "/healthz/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("ready\n");
        assertThat(send("HEAD", "/healthz/ready").statusCode()).isEqualTo(405);
    }

    @Test
    void unknownPathsAndWrongMethodsHaveNoBody() throws Exception {
        HttpResponse<String> unknown = send("GET", "/stats");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEmpty();
        assertThat(unknown.headers().firstValue("content-type")).isEmpty();

        HttpResponse<String> wrong = send("GET", "/quitquitquit");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.body()).isEmpty();
        assertThat(shutdowns).hasValue(0);
    }

    @Test
    void quittingBeginsTheShutdown() throws Exception {
        assertThat(send("POST", "/quitquitquit").body()).isEqualTo("shutdown now\n");
        assertThat(shutdowns).hasValue(1);
    }

    @Test
    void theLogFilterIsShownChangedAndReset() throws Exception {
        assertThat(send("POST", "/logging").body()).isEqualTo("current log level is hickory_server::server=off,info\n");
        assertThat(send("POST", "/logging?level=access=debug").body())
                .isEqualTo("current log level is hickory_server::server=off,access=debug,info\n");
        assertThat(send("POST", "/logging?level=access:debug"))
                .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(400))
                .satisfies(reply -> assertThat(reply.body()).startsWith("Invalid level provided: access:debug\n"));
        assertThat(send("POST", "/logging?level=WARN").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/logging?level=info+").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/logging?level=").body())
                .isEqualTo("current log level is hickory_server::server=off,access=debug,info\n");
        assertThat(send("POST", "/logging?level=debug&level=access=info").body())
                .isEqualTo("current log level is hickory_server::server=off,access=info,info\n");
        assertThat(send("POST", "/logging?level=access=").body())
                .isEqualTo("current log level is hickory_server::server=off,access=error,info\n");
        assertThat(send("POST", "/logging?level=access=DEBUG").body())
                .isEqualTo("current log level is hickory_server::server=off,access=debug,info\n");
        assertThat(send("POST", "/logging?level=access=5").body())
                .isEqualTo("current log level is hickory_server::server=off,access=trace,info\n");
        assertThat(send("POST", "/logging?level=5").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/logging?level=debug;x").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/logging?reset").body())
                .isEqualTo("current log level is hickory_server::server=off,info\n");
        assertThat(send("GET", "/logging"))
                .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(405))
                .satisfies(reply -> assertThat(reply.body()).startsWith("Invalid HTTP method\nusage: "));
    }

    @Test
    void whatIsNotHttp1GetsNoPage() throws Exception {
        assertThat(talk("GET /healthz/ready HTTP/1.2\r\nHost: any\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(talk("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: any\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        String manyFields = "x: y\r\n".repeat(101);
        assertThat(talk("GET /healthz/ready HTTP/1.1\r\n" + manyFields + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(talk("GET /nothing HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 404 ");
        assertThat(talk("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEmpty();
    }

    /** All as the reference answers it. */
    @Test
    void bodiesAreNotWaitedFor() throws Exception {
        String head = "POST /config_dump HTTP/1.1\r\nHost: any\r\nContent-Length: 5\r\n";
        assertThat(talk(head + "Expect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n{}");
        assertThat(talk(head + "\r\nhel")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n{}");
        assertThat(talk(head + "Expect: else\r\n\r\nhello" + "GET /nothing HTTP/1.0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("{}HTTP/1.0 404 ");
        String chunked = "POST /config_dump HTTP/1.1\r\nHost: any\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertThat(talk(chunked + "5\r\nhello\r\n0\r\n\r\nGET /nothing HTTP/1.0\r\n\r\n"))
                .contains("{}HTTP/1.0 404 ");
        assertThat(talk(chunked.replace("Host", "Content-Length: 3\r\nHost")
                        + "0\r\n\r\nGET /nothing HTTP/1.0\r\n\r\n"))
                .as("its length said twice")
                .startsWith("HTTP/1.1 200 ")
                .contains("{}HTTP/1.0 404 ");
        assertThat(talk(chunked + "x\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void pathsAreTakenAsTheyAreWritten() throws Exception {
        assertThat(send("GET", "/%63onfig_dump").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/config_dump?%63=%20").statusCode()).isEqualTo(200);
        assertThat(talk("GET /config_dump\u00ff HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(talk("GET /\u00c3\u00bc HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 404 ");
    }

    @Test
    void wordsOfARequestLineStandOneSpaceApart() throws Exception {
        for (String line :
                List.of("GET  /config_dump HTTP/1.1", "GET /config_dump  HTTP/1.1", "GET\t/config_dump HTTP/1.1")) {
            assertThat(talk(line + "\r\nHost: any\r\n\r\n")).as(line).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void answerToHeadHasALengthAndNoContent() throws Exception {
        assertThat(talk("HEAD /config_dump HTTP/1.1\r\nHost: any\r\n\r\nGET /nothing HTTP/1.0\r\n\r\n"))
                .contains("\r\ncontent-length: 2\r\n")
                .contains("\r\n\r\nHTTP/1.0 404 ");
    }

    @Test
    void answerToHeadWithoutContentHasNoLength() throws Exception {
        assertThat(talk("HEAD /nothing HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .contains("\r\nconnection: close\r\n")
                .doesNotContain("content-length");
    }

    @Test
    void connectionThatIsNotUsedAgainIsClosed() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000); // Half of what it used to take.
            socket.getOutputStream()
                    .write("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("\r\ncontent-length: 0\r\n");
        }
    }

    @Test
    void linesMayEndWithoutACarriageReturn() throws Exception {
        assertThat(talk("GET /config_dump HTTP/1.1\nConnection: close\nContent-Length: 0\nContent-Length: 0\n\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(talk("GET /config_dump HTTP/1.1\nContent-Length: 0\nContent-Length: 1\n\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    private String talk(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void answersAreDatedAlsoWhereTheHostIsNamedInTheRequestLine() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write("""
                            GET http://any/healthz/ready?x=1 HTTP/1.1\r
                            Host: any\r
                            Connection: close\r
                            \r
                            """.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .containsPattern(
                            "\r\n(?i:date): [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n");
        }
    }

    @Test
    void metricsAreOpenMetricsWhereTheClientAsksForThem() throws Exception {
        HttpResponse<String> text = send("GET", "/metrics");
        assertThat(text.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(text.headers().firstValue("vary")).hasValue("accept-encoding");
        assertThat(text.body()).contains("istio_build{").endsWith("# EOF\n");

        HttpRequest request = HttpRequest.newBuilder(uri("/stats/prometheus"))
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
                .header("Accept-Encoding", "gzip")
                .build();
        HttpResponse<byte[]> zipped = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(zipped.headers().firstValue("content-type"))
                .hasValue("application/openmetrics-text;charset=utf-8;version=1.0.0");
        assertThat(zipped.headers().firstValue("content-encoding")).hasValue("gzip");
    }

    @Test
    void onlyMetricsAreCompressed() throws Exception {
        String rest = " HTTP/1.1\r\nHost: any\r\nConnection: close\r\nAccept-Encoding: gzip, deflate, *\r\n\r\n";

        for (String path : List.of("/config_dump", "/", "/healthz/ready", "/nothing")) {
            assertThat(talk("GET " + path + rest))
                    .as(path)
                    .startsWith("HTTP/1.1 ")
                    .doesNotContain("content-encoding");
        }
        assertThat(talk("GET /metrics" + rest)).contains("content-encoding: gzip");
        assertThat(talk("GET /metrics" + rest.toUpperCase(Locale.ROOT))).contains("content-encoding: gzip");
    }

    @Test
    void acceptMayComeInPieces() throws Exception {
        String head = "GET /metrics HTTP/1.1\r\nHost: any\r\nConnection: close\r\n";

        assertThat(talk(head + "Accept: text/plain\r\nAccept: application/openmetrics-text\r\n\r\n"))
                .contains("content-type: application/openmetrics-text;");
    }

    @Test
    void acceptIsReadToTheLetter() {
        String asked = "application/openmetrics-text;charset=utf-8;version=1.0.0";
        String otherwise = "text/plain; charset=utf-8";
        assertThat(metrics.page("text/plain,APPLICATION/OpenMetrics-text;q=0.1").contentType())
                .isEqualTo(asked);
        assertThat(metrics.page("text/plain, application/openmetrics-text").contentType())
                .isEqualTo(otherwise);
        assertThat(metrics.page("application/openmetrics-text ;q=1").contentType())
                .isEqualTo(otherwise);
        assertThat(metrics.page("application/openmetrics-texts").contentType()).isEqualTo(otherwise);
    }

    @Test
    void aRouteThatThrowsIsAnErrorWithItsMessage() throws Exception {
        HttpResponse<String> broken = send("GET", "/broken");

        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).isEqualTo("it broke\n");
        assertThat(send("GET", "/deep").statusCode()).isEqualTo(500);
    }

    @Test
    void requestsThatComeTogetherAreAnsweredInTheirOrder() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write("""
                            GET /slow HTTP/1.1\r
                            Host: x\r
                            \r
                            GET /quick HTTP/1.1\r
                            Host: x\r
                            Connection: close\r
                            \r
                            """.getBytes(StandardCharsets.US_ASCII));
            await(slowBegun);
            slowMayEnd.countDown();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .matches("(?s)HTTP/1.1 200 .*\r\n\r\nslow\nHTTP/1.1 200 .*\r\n\r\nquick\n");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClientThatSendsNoHeadIsCutAndOneThatHalfClosesIsAnswered() throws Exception {
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port());
                Socket half = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            silent.setSoTimeout(60_000);
            half.getOutputStream()
                    .write("GET /config_dump HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            half.shutdownOutput();

            assertThat(new String(half.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("{}");
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anOversizedHeadIsRefused() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/metrics"))
                .header("X-Big", "x".repeat(9_000))
                .build();

        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(431);
    }

    @Test
    void aTakenPortIsNamed() {
        InetSocketAddress taken = server.addresses().getFirst();

        assertThatThrownBy(() -> HttpServer.start("second", List.of(taken), Map.of())
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(taken.getPort()));
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
