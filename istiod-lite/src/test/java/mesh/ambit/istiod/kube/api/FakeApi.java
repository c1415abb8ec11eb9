package mesh.ambit.istiod.kube.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * As much of an API server as lists, watches and plain writes need; breaks on demand. Collections are named by their
 * path.
 */
@NullMarked
public final class FakeApi implements AutoCloseable {
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, NavigableMap<String, ObjectNode>> collections = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final AtomicInteger watchGeneration = new AtomicInteger();
    private HttpServer server;
    private long version = 100;
    private long forgotten;
    private int refusals;
    private int refusalCode;
    private @Nullable String retryAfter;
    private boolean silent;

    private record Event(long version, String collection, String type, ObjectNode object) {}

    public FakeApi() throws IOException {
        server = listen(0);
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
            collections.putIfAbsent(path, new TreeMap<>());
        }
        return this;
    }

    /** Makes a collection unknown, as when its definition is removed; watches of it end. */
    public synchronized void unserve(String path) {
        collections.remove(path);
        endWatches();
    }

    /** Creates or replaces an object. */
    public synchronized void put(String path, String json) {
        store(path, parse(json));
    }

    private ObjectNode store(String path, ObjectNode object) {
        NavigableMap<String, ObjectNode> objects = requireNonNull(collections.get(path), path);
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        boolean known = objects.put(key(object), object) != null;
        events.add(new Event(version, path, known ? "MODIFIED" : "ADDED", object));
        notifyAll();
        return object;
    }

    public synchronized void remove(String path, String key) {
        ObjectNode object = requireNonNull(
                        requireNonNull(collections.get(path), path).remove(key), key)
                .deepCopy();
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        events.add(new Event(version, path, "DELETED", object));
        notifyAll();
    }

    /** Returns the objects of a collection. */
    public synchronized List<JsonNode> all(String path) {
        return List.copyOf(collections.getOrDefault(path, new TreeMap<>()).values());
    }

    /** Returns an object, null when there is none. */
    public synchronized @Nullable JsonNode find(String path, String key) {
        return collections.getOrDefault(path, new TreeMap<>()).get(key);
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
        version++;
        forgotten = version;
        events.clear();
        endWatches();
    }

    /** Answers the next {@code count} requests with this status. */
    public synchronized void refuse(int count, int code, @Nullable String wait) {
        refusals = count;
        refusalCode = code;
        retryAfter = wait;
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
        if (query.containsKey("watch")) {
            watch(exchange, path, Long.parseLong(query.getOrDefault("resourceVersion", "0")));
        } else {
            String method = exchange.getRequestMethod();
            String[] answer = method.equals("GET") ? read(path, query) : write(method, path, body);
            reply(exchange, Integer.parseInt(answer[0]), answer[1]);
        }
    }

    private synchronized String[] read(String path, Map<String, String> query) {
        NavigableMap<String, ObjectNode> objects = collections.get(path);
        if (objects != null) {
            return new String[] {"200", list(objects, query)};
        }
        ObjectNode object = named(path);
        return object == null
                ? new String[] {"404", "{\"message\": \"the server could not find the requested resource\"}"}
                : new String[] {"200", object.toString()};
    }

    private String list(NavigableMap<String, ObjectNode> objects, Map<String, String> query) {
        int limit = Integer.parseInt(query.getOrDefault("limit", "1000000"));
        String after = query.getOrDefault("continue", "");
        StringBuilder items = new StringBuilder();
        String last = "";
        int count = 0;
        for (Map.Entry<String, ObjectNode> entry : objects.tailMap(after, false).entrySet()) {
            if (count == limit) {
                break;
            }
            items.append(count++ == 0 ? "" : ",").append(entry.getValue());
            last = entry.getKey();
        }
        boolean more = !last.isEmpty() && objects.higherKey(last) != null;
        return "{\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"" + version + "\""
                + (more ? ", \"continue\": \"" + last + "\"" : "") + "}, \"items\": [" + items + "]}";
    }

    private synchronized String[] write(String method, String target, byte[] body) {
        boolean isStatus = target.endsWith("/status") || target.endsWith("/approval");
        String path = isStatus ? target.substring(0, target.lastIndexOf('/')) : target;
        int slash = path.lastIndexOf('/');
        boolean toCollection = collections.containsKey(collectionOf(path));
        String collection = collectionOf(toCollection ? path : path.substring(0, slash));
        String key = toCollection ? "" : keyOf(path);
        NavigableMap<String, ObjectNode> objects = collections.get(collection);
        if (objects == null) {
            return new String[] {"404", "{\"message\": \"unknown collection\"}"};
        }
        ObjectNode present = objects.get(key);
        if (method.equals("DELETE")) {
            if (present == null) {
                return new String[] {"404", "{\"message\": \"not found\"}"};
            }
            remove(collection, key);
            return new String[] {"200", "{}"};
        }
        ObjectNode object = parse(new String(body, StandardCharsets.UTF_8));
        if (isStatus) {
            if (present == null) {
                return new String[] {"404", "{\"message\": \"not found\"}"};
            }
            ObjectNode merged = present.deepCopy();
            merged.set("status", object.get("status"));
            return new String[] {"200", store(collection, merged).toString()};
        }
        String namespace = path.replaceFirst("^.*/namespaces/([^/]+)/.*$", "$1");
        if (!namespace.equals(path)) {
            object.withObjectProperty("metadata").put("namespace", namespace);
        }
        String beginning = object.path("metadata").path("generateName").asText("");
        if (!beginning.isEmpty() && !object.path("metadata").has("name")) {
            object.withObjectProperty("metadata").put("name", beginning + version);
        }
        if (method.equals("POST") && objects.containsKey(key(object))) {
            return new String[] {"409", "{\"message\": \"already exists\"}"};
        }
        if (method.equals("PUT")) {
            String expected = object.path("metadata").path("resourceVersion").asText("");
            if (present == null) {
                return new String[] {"404", "{\"message\": \"not found\"}"};
            }
            if (!expected.isEmpty()
                    && !expected.equals(
                            present.path("metadata").path("resourceVersion").asText())) {
                return new String[] {"409", "{\"message\": \"the object has been modified\"}"};
            }
        }
        return new String[] {"200", store(collection, object).toString()};
    }

    private void watch(HttpExchange exchange, String path, long from) throws IOException, InterruptedException {
        int generation = watchGeneration.get();
        synchronized (this) {
            if (!collections.containsKey(path)) {
                reply(exchange, 404, "{\"message\": \"the server could not find the requested resource\"}");
                return;
            }
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            if (from < forgotten) {
                out.write("{\"type\": \"ERROR\", \"object\": {\"code\": 410, \"message\": \"too old\"}}\n"
                        .getBytes(StandardCharsets.UTF_8));
                return;
            }
            long position = from;
            while (generation == watchGeneration.get()) {
                List<Event> next;
                synchronized (this) {
                    next = after(path, position);
                    if (next.isEmpty() && generation == watchGeneration.get()) {
                        wait();
                    }
                }
                for (Event event : next) {
                    out.write(("{\"type\": \"" + event.type() + "\", \"object\": " + event.object() + "}\n")
                            .getBytes(StandardCharsets.UTF_8));
                    position = event.version();
                }
                out.flush();
            }
        }
    }

    private List<Event> after(String path, long position) {
        return events.stream()
                .filter(event ->
                        event.version() > position && event.collection().equals(path))
                .toList();
    }

    private @Nullable ObjectNode named(String path) {
        String collection = collectionOf(path.substring(0, path.lastIndexOf('/')));
        return collections.getOrDefault(collection, new TreeMap<>()).get(keyOf(path));
    }

    /** Objects of a namespace lie in the collection of all namespaces, unless there is one of just that path. */
    private String collectionOf(String path) {
        return collections.containsKey(path) ? path : path.replaceFirst("/namespaces/[^/]+/", "/");
    }

    private String keyOf(String path) {
        String[] parts = path.split("/", -1);
        String name = parts[parts.length - 1];
        boolean namespaced = parts.length > 4 && parts[parts.length - 4].equals("namespaces");
        return namespaced ? parts[parts.length - 3] + "/" + name : name;
    }

    private static String key(JsonNode object) {
        return Codec.TREE.key(object);
    }

    private static ObjectNode parse(String json) {
        try {
            return (ObjectNode) ApiServer.JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
