package mesh.ambit.istiod.kube.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What an API server stores: collections by path, objects by name, one version for all, and what happened. One thread. */
@NullMarked
final class FakeObjects {
    private final Map<String, NavigableMap<String, ObjectNode>> collections = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private long version = 100;
    private long forgotten;

    /** A change, as watches tell it. */
    record Event(long version, String collection, String type, ObjectNode object) {}

    /** What a request is answered with. */
    record Answer(int code, String body) {
        static Answer of(int code, String message) {
            return new Answer(code, "{\"message\": \"" + message + "\"}");
        }

        static final Answer UNKNOWN = of(404, "the server could not find the requested resource");
        static final Answer NOT_FOUND = of(404, "not found");
        static final Answer NOT_VALID = of(422, "not valid");
        static final Answer CHANGED = of(409, "the object has been modified");
    }

    void serve(String collection) {
        collections.putIfAbsent(collection, new TreeMap<>());
    }

    void unserve(String collection) {
        collections.remove(collection);
    }

    boolean serves(String collection) {
        return collections.containsKey(collection);
    }

    List<JsonNode> all(String collection) {
        return List.copyOf(collections.getOrDefault(collection, new TreeMap<>()).values());
    }

    @Nullable
    JsonNode find(String collection, String key) {
        return collections.getOrDefault(collection, new TreeMap<>()).get(key);
    }

    /** Creates or replaces an object. */
    ObjectNode store(String collection, ObjectNode object) {
        NavigableMap<String, ObjectNode> objects = requireNonNull(collections.get(collection), collection);
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        boolean known = objects.put(Codec.TREE.key(object), object) != null;
        events.add(new Event(version, collection, known ? "MODIFIED" : "ADDED", object));
        return object;
    }

    void remove(String collection, String key) {
        ObjectNode object = requireNonNull(
                        requireNonNull(collections.get(collection), collection).remove(key), key)
                .deepCopy();
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        events.add(new Event(version, collection, "DELETED", object));
    }

    /** Forgets what happened so far: a watch can begin only after it. */
    void forget() {
        version++;
        forgotten = version;
        events.clear();
    }

    boolean hasForgotten(long position) {
        return position < forgotten;
    }

    List<Event> after(String collection, long position) {
        return events.stream()
                .filter(event ->
                        event.version() > position && event.collection().equals(collection))
                .toList();
    }

    /** Answers a GET that is no watch. */
    Answer read(String path, Map<String, String> query) {
        NavigableMap<String, ObjectNode> objects = collections.get(path);
        if (objects != null) {
            return new Answer(200, list(objects, query));
        }
        String collection = collectionOf(path.substring(0, path.lastIndexOf('/')));
        JsonNode object = find(collection, keyOf(path));
        return object == null ? Answer.UNKNOWN : new Answer(200, object.toString());
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

    /** Answers a request that changes something. A version in the body is what the object must still have. */
    Answer write(String method, String target, String body) {
        boolean isStatus = target.endsWith("/status") || target.endsWith("/approval");
        String path = isStatus ? target.substring(0, target.lastIndexOf('/')) : target;
        boolean toCollection = serves(collectionOf(path));
        String collection = collectionOf(toCollection ? path : path.substring(0, path.lastIndexOf('/')));
        String key = toCollection ? "" : keyOf(path);
        NavigableMap<String, ObjectNode> objects = collections.get(collection);
        if (objects == null) {
            return Answer.of(404, "unknown collection");
        }
        ObjectNode present = objects.get(key);
        if (method.equals("DELETE")) {
            if (present == null) {
                return Answer.NOT_FOUND;
            }
            remove(collection, key);
            return new Answer(200, "{}");
        }
        ObjectNode object = parse(body);
        if (isStatus || method.equals("PUT")) {
            if (present == null) {
                return Answer.NOT_FOUND;
            }
            String expected = version(object);
            if (!expected.isEmpty() && !expected.equals(version(present))) {
                return Answer.CHANGED;
            }
        }
        if (isStatus && present != null) {
            ObjectNode merged = present.deepCopy();
            merged.set("status", object.get("status"));
            return new Answer(200, store(collection, merged).toString());
        }
        if (method.equals("PATCH")
                && present != null
                && !object.path("metadata").has("name")) {
            // Part of an object, to be merged.
            ObjectNode merged = present.deepCopy();
            merge(merged, object);
            return new Answer(200, store(collection, merged).toString());
        }
        String namespace = path.replaceFirst("^.*/namespaces/([^/]+)/.*$", "$1");
        if (!namespace.equals(path)) {
            object.withObjectProperty("metadata").put("namespace", namespace);
        }
        String beginning = object.path("metadata").path("generateName").asText("");
        if (!beginning.isEmpty() && !object.path("metadata").has("name")) {
            object.withObjectProperty("metadata").put("name", beginning + version);
        }
        if (method.equals("POST") && objects.containsKey(Codec.TREE.key(object))) {
            return Answer.of(409, "already exists");
        }
        return new Answer(200, store(collection, object).toString());
    }

    private static void merge(ObjectNode into, ObjectNode patch) {
        patch.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode from && into.get(field.getKey()) instanceof ObjectNode to) {
                merge(to, from);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }

    private static String version(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asText("");
    }

    /** Objects of a namespace lie in the collection of all namespaces, unless there is one of just that path. */
    private String collectionOf(String path) {
        return serves(path) ? path : path.replaceFirst("/namespaces/[^/]+/", "/");
    }

    private static String keyOf(String path) {
        String[] parts = path.split("/", -1);
        String name = parts[parts.length - 1];
        boolean namespaced = parts.length > 4 && parts[parts.length - 4].equals("namespaces");
        return namespaced ? parts[parts.length - 3] + "/" + name : name;
    }

    static ObjectNode parse(String json) {
        try {
            return (ObjectNode) ApiServer.JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
