package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a whole daemon tells of the HTTP that its pods are asked, if it is told to look. */
@Tag("netns")
class InsightIT {
    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;
    private HttpServer application;

    @BeforeEach
    void makeShop() throws IOException {
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        mesh.app(orders, 9090);
        application = orders.namespace()
                .call(() -> HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 8080), 8));
        application.createContext("/", exchange -> {
            byte[] body = "fine\n".getBytes(US_ASCII);
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/good") ? 200 : 404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        application.start();
    }

    @AfterEach
    void stopApplication() {
        application.stop(0);
    }

    @Test
    void requestsAreCountedByTheirStatusAtTheDestinationOnly() throws IOException {
        mesh.setting("AMBIT_HTTP_INSIGHT", "true");
        Node one = mesh.node("one");
        Node two = mesh.node("two");

        assertThat(get("/good", "/bad", "/good")).contains("200 OK", "404 Not Found");
        Await.until(
                "all three are counted",
                () -> requests(two).stream().anyMatch(line -> line.endsWith(" 2.0"))
                        && requests(two).stream().anyMatch(line -> line.endsWith(" 1.0")));

        assertThat(requests(two))
                .hasSize(2)
                .allMatch(line -> line.contains("reporter=\"ztunnel\"")
                        && line.contains("request_protocol=\"http\"")
                        && line.contains("source_principal=\"spiffe://cluster.local/ns/shop/sa/web\"")
                        && line.contains("destination_workload=\"orders\"")
                        && line.contains("connection_security_policy=\"mutual_tls\""))
                .anyMatch(line -> line.contains("response_code=\"200\"") && line.endsWith(" 2.0"))
                .anyMatch(line -> line.contains("response_code=\"404\"") && line.endsWith(" 1.0"));
        Await.until(
                "so are their durations",
                () -> two.ztunnel
                        .metricsPage()
                        .lines()
                        .anyMatch(line -> line.startsWith("istio_request_duration_milliseconds_count{")
                                && line.contains("response_code=\"200\"")
                                && line.endsWith("} 2")));
        assertThat(requests(one)).as("at the source").isEmpty();
    }

    @Test
    void callsAreCountedByWhatTheirTrailersSay() throws Exception {
        mesh.setting("AMBIT_HTTP_INSIGHT", "true");
        mesh.node("one");
        Node two = mesh.node("two");
        String answer = frame(4, 0, 0, "")
                + frame(1, 4, 1, field(":status", "200") + field("content-type", "application/grpc"))
                + frame(1, 5, 1, field("grpc-status", "14"));
        String call = HexFormat.of().formatHex("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII))
                + frame(4, 0, 0, "")
                + frame(
                        1,
                        5,
                        1,
                        field(":method", "POST")
                                + field(":scheme", "http")
                                + field(":path", "/shop.Orders/List")
                                + field("content-type", "application/grpc"));

        try (ServerSocket server = orders.namespace().call(() -> new ServerSocket(8081));
                Socket client = EchoApp.dial(web.namespace(), orders.address(), 8081)) {
            client.getOutputStream().write(HexFormat.of().parseHex(call));
            try (Socket accepted = server.accept()) {
                accepted.getInputStream().readNBytes(call.length() / 2);
                accepted.getOutputStream().write(HexFormat.of().parseHex(answer));
            }
            assertThat(client.getInputStream().readAllBytes())
                    .isEqualTo(HexFormat.of().parseHex(answer));
        }

        Await.until("the call is counted", () -> !requests(two).isEmpty());
        assertThat(requests(two))
                .singleElement()
                .asString()
                .contains(
                        "request_protocol=\"grpc\"",
                        "response_code=\"200\"",
                        "grpc_response_status=\"14\"",
                        "destination_workload=\"orders\"");
    }

    private static String frame(int type, int flags, int stream, String payload) {
        return "%06x%02x%02x%08x".formatted(payload.length() / 2, type, flags, stream) + payload;
    }

    /** A field with a new name that no table keeps, RFC 7541 section 6.2.2. */
    private static String field(String name, String value) {
        return "00%02x".formatted(name.length())
                + HexFormat.of().formatHex(name.getBytes(US_ASCII))
                + "%02x".formatted(value.length())
                + HexFormat.of().formatHex(value.getBytes(US_ASCII));
    }

    @Test
    void otherProtocolsGoOnUnharmedAndUncounted() throws IOException {
        mesh.setting("AMBIT_HTTP_INSIGHT", "true");
        mesh.node("one");
        Node two = mesh.node("two");

        assertThat(EchoApp.talk(web.namespace(), orders.address(), 9090, "GET it who can"))
                .endsWith(": GET it who can\n");

        Await.until(
                "the connection is logged at both ends", () -> mesh.accessLog().size() == 2);
        assertThat(requests(two)).noneMatch(line -> !line.contains("response_code=\"0\""));
    }

    @Test
    void nobodyLooksUnlessTold() throws IOException {
        mesh.node("one");
        Node two = mesh.node("two");

        assertThat(get("/good")).contains("200 OK");

        Await.until(
                "the connection is logged at both ends", () -> mesh.accessLog().size() == 2);
        assertThat(requests(two)).isEmpty();
    }

    /** Asks for {@code paths} one after the other on one connection, and returns all that came back. */
    private String get(String... paths) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < paths.length; i++) {
            text.append("GET ").append(paths[i]).append(" HTTP/1.1\r\nHost: orders\r\n");
            text.append(i == paths.length - 1 ? "Connection: close\r\n\r\n" : "\r\n");
        }
        try (Socket socket = EchoApp.dial(web.namespace(), orders.address(), 8080)) {
            socket.getOutputStream().write(text.toString().getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static List<String> requests(Node node) {
        return node.ztunnel
                .metricsPage()
                .lines()
                .filter(line -> line.startsWith("istio_requests_total{"))
                .toList();
    }
}
