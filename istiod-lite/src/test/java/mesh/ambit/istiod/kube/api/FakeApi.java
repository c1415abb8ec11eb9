package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.testkit.Ports;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * As much of an API server as lists, watches and plain writes need; breaks on demand. Collections are named by their
 * path.
 */
@NullMarked
public final class FakeApi implements AutoCloseable {
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final FakeObjects objects = new FakeObjects();
    private final List<String> requests = new ArrayList<>();
    private final AtomicInteger watchGeneration = new AtomicInteger();
    private HttpServer server;
    private int refusals;
    private int refusalCode;
    private String unwelcome = "";
    private FakeObjects.Answer unwelcomeAnswer = FakeObjects.Answer.NOT_VALID;
    private @Nullable String retryAfter;
    private boolean silent;
    private @Nullable CyclicBarrier together;

    public FakeApi() throws IOException {
        server = listen(Ports.free());
    }

    private HttpServer listen(int port) throws IOException {
        HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        started.setExecutor(calls);
        started.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        started.start();
        return started;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Makes a collection known, empty. */
    public synchronized FakeApi serve(String... paths) {
        for (String path : paths) {
            objects.serve(path);
        }
        return this;
    }

    /** Makes a collection unknown, as when its definition is removed; watches of it end. */
    public synchronized void unserve(String path) {
        objects.unserve(path);
        endWatches();
    }

    /** Creates or replaces an object. */
    public synchronized void put(String path, String json) {
        objects.store(path, FakeObjects.parse(json));
        notifyAll();
    }

    public synchronized void remove(String path, String key) {
        objects.remove(path, key);
        notifyAll();
    }

    /** Returns the objects of a collection. */
    public synchronized List<JsonNode> all(String path) {
        return objects.all(path);
    }

    /** Returns an object, null when there is none. */
    public synchronized @Nullable JsonNode find(String path, String key) {
        return objects.find(path, key);
    }

    /** Returns a text of an object; empty when there is none. */
    public synchronized String text(String path, String key, String... fields) {
        JsonNode at = find(path, key);
        for (String field : fields) {
            at = at == null ? null : at.get(field);
        }
        return at == null ? "" : at.asText();
    }

    /** Ends every watch, as a server does from time to time. */
    public synchronized void endWatches() {
        watchGeneration.incrementAndGet();
        notifyAll();
    }

    /** Makes changes that no watch sees, and forgets everything before: watches from there on are refused. */
    public synchronized void forget(Runnable changes) {
        changes.run();
        objects.forget();
        endWatches();
    }

    /** Answers the next {@code count} requests with this status. */
    public synchronized void refuse(int count, int code, @Nullable String wait) {
        refusals = count;
        refusalCode = code;
        retryAfter = wait;
    }

    /** Answers requests whose text contains {@code part}, unless it is empty, that their object is not valid. */
    public synchronized void refuse(String part) {
        unwelcome = part;
        unwelcomeAnswer = FakeObjects.Answer.NOT_VALID;
    }

    /** Answers requests whose text contains {@code part} with this status and message. */
    public synchronized void refuse(String part, int code, String message) {
        unwelcome = part;
        unwelcomeAnswer = FakeObjects.Answer.of(code, message);
    }

    /** Has the next {@code count} writes wait for each other, so that they come at the same moment. */
    public synchronized void together(int count) {
        together = new CyclicBarrier(count, () -> {
            synchronized (this) {
                together = null;
            }
        });
    }

    /** Answers nothing at all any more, or again. */
    public synchronized void silence(boolean on) {
        silent = on;
        notifyAll();
    }

    /** Goes away, with all connections. */
    public void stop() {
        endWatches();
        server.stop(0);
    }

    /** Comes back at the same address. */
    public void restart() throws IOException {
        server = listen(server.getAddress().getPort());
    }

    /** Returns how many requests there were whose text contains {@code part}. */
    public synchronized long count(String part) {
        return requests.stream().filter(request -> request.contains(part)).count();
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        byte[] body = exchange.getRequestBody().readAllBytes();
        synchronized (this) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            while (silent) {
                wait();
            }
            if (refusals > 0) {
                refusals--;
                if (retryAfter != null) {
                    exchange.getResponseHeaders().add("Retry-After", retryAfter);
                }
                reply(exchange, refusalCode, "{\"message\": \"as told\"}");
                return;
            }
        }
        if (isUnwelcome(exchange)) {
            FakeObjects.Answer answer = unwelcomeAnswer();
            reply(exchange, answer.code(), answer.body());
        } else if (query.containsKey("dryRun")) {
            reply(exchange, 200, new String(body, StandardCharsets.UTF_8));
        } else if (query.containsKey("watch")) {
            watch(exchange, path, Long.parseLong(query.getOrDefault("resourceVersion", "0")));
        } else {
            FakeObjects.Answer answer = answer(exchange.getRequestMethod(), path, query, body);
            reply(exchange, answer.code(), answer.body());
        }
    }

    private synchronized FakeObjects.Answer unwelcomeAnswer() {
        return unwelcomeAnswer;
    }

    private synchronized boolean isUnwelcome(HttpExchange exchange) {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        return !unwelcome.isEmpty() && request.contains(unwelcome);
    }

    private FakeObjects.Answer answer(String method, String path, Map<String, String> query, byte[] body)
            throws InterruptedException {
        if (method.equals("GET")) {
            synchronized (this) {
                return objects.read(path, query);
            }
        }
        CyclicBarrier others;
        synchronized (this) {
            others = together;
        }
        if (others != null) {
            try {
                others.await(120, TimeUnit.SECONDS);
            } catch (BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("one write alone", e);
            }
        }
        synchronized (this) {
            FakeObjects.Answer answer = objects.write(method, path, new String(body, StandardCharsets.UTF_8));
            notifyAll();
            return answer;
        }
    }

    private void watch(HttpExchange exchange, String path, long from) throws IOException, InterruptedException {
        int generation = watchGeneration.get();
        synchronized (this) {
            if (!objects.serves(path)) {
                reply(exchange, FakeObjects.Answer.UNKNOWN.code(), FakeObjects.Answer.UNKNOWN.body());
                return;
            }
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            boolean tooOld;
            synchronized (this) {
                tooOld = objects.hasForgotten(from);
            }
            if (tooOld) {
                out.write("{\"type\": \"ERROR\", \"object\": {\"code\": 410, \"message\": \"too old\"}}\n"
                        .getBytes(StandardCharsets.UTF_8));
                return;
            }
            long position = from;
            while (generation == watchGeneration.get()) {
                List<FakeObjects.Event> next;
                synchronized (this) {
                    next = objects.after(path, position);
                    if (next.isEmpty() && generation == watchGeneration.get()) {
                        wait();
                    }
                }
                for (FakeObjects.Event event : next) {
                    out.write(("{\"type\": \"" + event.type() + "\", \"object\": " + event.object() + "}\n")
                            .getBytes(StandardCharsets.UTF_8));
                    position = event.version();
                }
                out.flush();
            }
        }
    }

    private static Map<String, String> query(@Nullable String text) {
        Map<String, String> query = new HashMap<>();
        for (String part : text == null ? new String[0] : text.split("&", -1)) {
            int equals = part.indexOf('=');
            query.put(part.substring(0, equals), URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    private static void reply(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        silence(false);
        stop();
        calls.shutdownNow();
    }
}
