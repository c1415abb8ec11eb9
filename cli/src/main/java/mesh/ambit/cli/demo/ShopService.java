package mesh.ambit.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A service of the shop: a program that knows nothing of any mesh. It answers on port 8080 and calls the next service on
 * the way.
 *
 * <p>The demo drives it through its standard input, since it must not need a connection of its own: {@code ID call URL}
 * makes one request, {@code ID load URL} keeps making them, {@code ID count} tells how many so far, {@code ID stop} ends
 * that, {@code ID finish} ends the answers to {@code /slow}. Each is answered by one line that begins with the same ID.
 */
public final class ShopService {
    static final int PORT = 8080;

    /** How a whole answer to {@code /slow} ends. */
    static final String LAST_PIECE = "done";

    private static final int PIECE_MILLIS = 100;

    /** Longer than any step of the story: an answer that nobody finishes must not go on for ever. */
    private static final int MOST_PIECES = 600;

    private static volatile boolean finishing;

    private final String name;
    private final @Nullable String next;
    private @Nullable Load load;

    private ShopService(String name, @Nullable String next) {
        this.name = name;
        this.next = next;
    }

    /** Runs the service {@code arguments[0]}, which calls the URL {@code arguments[1]} where there is one. */
    public static void main(String[] arguments) throws IOException {
        ShopService service = new ShopService(arguments[0], arguments.length > 1 ? arguments[1] : null);
        service.listen();
        service.obey();
    }

    private void listen() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(PORT), 256);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.createContext("/slow", ShopService::answerSlowly);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            int status = 200;
            String text = name;
            if (next != null) {
                HttpCall.Answer further = HttpCall.get(next + (query == null ? "" : "?" + query));
                status = further.isOk() ? 200 : 502;
                text = name + " > " + further.text();
            }
            byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** An answer that is under way until it is told to end, so that things can happen to it. */
    private static void answerSlowly(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            for (int i = 0; i < MOST_PIECES && !finishing; i++) {
                out.write('.');
                out.flush();
                Thread.sleep(PIECE_MILLIS);
            }
            out.write(LAST_PIECE.getBytes(StandardCharsets.US_ASCII));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void obey() throws IOException {
        say("0 ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = in.readLine()) != null) {
            String[] words = line.split(" ", 3);
            switch (words[1]) {
                case "call" -> Thread.ofVirtual().start(() -> call(words[0], words[2]));
                case "load" -> {
                    load = Load.start(words[2]);
                    say(words[0] + " started");
                }
                case "finish" -> {
                    finishing = true;
                    say(words[0] + " finishing");
                }
                case "count" -> say(words[0] + " " + (load == null ? "0 0" : load.figures()));
                case "stop" -> {
                    say(words[0] + " " + (load == null ? "0 0" : load.stop()));
                    load = null;
                }
                default -> say(words[0] + " unknown request");
            }
        }
    }

    private static void call(String id, String url) {
        HttpCall.Answer answer = HttpCall.get(url);
        say(id + " " + answer.status() + " " + answer.text());
    }

    private static synchronized void say(String line) {
        System.out.println(line.replace('\n', ' ').replace('\r', ' '));
        System.out.flush();
    }
}
