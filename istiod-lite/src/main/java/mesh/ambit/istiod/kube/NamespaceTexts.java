package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WorkQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a ConfigMap with one text, the trust bundle for instance, in every namespace that the mesh looks at: put there
 * when the namespace comes, put right when somebody edits or deletes it, removed when the namespace is looked at no more.
 * Of the ConfigMap only this text and one label are ours; what others add stays.
 */
public final class NamespaceTexts implements AutoCloseable {
    /** Namespaces of Kubernetes itself in which no pod runs. */
    public static final Set<String> EXCLUDED = Set.of("kube-public", "kube-node-lease", "local-path-storage");

    private static final Logger LOG = LoggerFactory.getLogger(NamespaceTexts.class);
    private static final ApiResource CONFIG_MAPS = ApiResource.of("", "v1", "configmaps");
    private static final ApiResource NAMESPACES = ApiResource.of("", "v1", "namespaces");
    private static final String LABEL = "istio.io/config";
    private static final String MANAGER = "istiod-lite";
    private static final int FORBIDDEN = 403;

    /** Who has us wait that long has changed it three times. */
    private static final Duration CONTESTED = Duration.ofSeconds(4);

    private final ApiServer server;
    private final String name;
    private final String field;
    private final Supplier<@Nullable String> text;
    private final Predicate<Map<String, String>> discovered;

    /** Labels by namespace, of those that are there to stay. */
    private final Map<String, Map<String, String>> namespaces = new ConcurrentHashMap<>();

    /** What the ConfigMap of a namespace says; empty for one that is not as ours are. */
    private final Map<String, String> present = new ConcurrentHashMap<>();

    /** How each was last written; the queue's thread. */
    private final Map<String, RewritePace> paces = new HashMap<>();

    private final CountDownLatch unknown = new CountDownLatch(2);
    private final WorkQueue queue;
    private final Reflector<JsonNode> namespaceWatch;
    private final Reflector<JsonNode> configMapWatch;

    private NamespaceTexts(
            ApiServer server,
            String name,
            String field,
            Supplier<@Nullable String> text,
            Predicate<Map<String, String>> discovered,
            InstantSource clock,
            RandomGenerator random) {
        this.server = server;
        this.name = name;
        this.field = field;
        this.text = text;
        this.discovered = discovered;
        this.queue = new WorkQueue("ConfigMap " + name, this::settle, System::nanoTime);
        this.namespaceWatch =
                Reflector.start(server, NAMESPACES.metadata(), Codec.TREE, new Namespaces(), _ -> {}, clock, random);
        this.configMapWatch = Reflector.start(
                server,
                CONFIG_MAPS.where("metadata.name=" + name),
                Codec.TREE,
                new ConfigMaps(),
                _ -> {},
                clock,
                random);
    }

    /**
     * Begins.
     *
     * @param field name of the text within the ConfigMap
     * @param text what is to be there; null for no ConfigMap at all
     * @param discovered tells by a namespace's labels whether the mesh looks at it
     */
    public static NamespaceTexts start(
            ApiServer server,
            String name,
            String field,
            Supplier<@Nullable String> text,
            Predicate<Map<String, String>> discovered,
            InstantSource clock,
            RandomGenerator random) {
        return new NamespaceTexts(server, name, field, text, discovered, clock, random);
    }

    /** Looks at every namespace again: the text, or what the mesh looks at, may have changed. */
    public void refresh() {
        namespaces.keySet().forEach(queue::add);
    }

    /** Makes one namespace right; returns false if that is to be tried again. */
    private boolean settle(String namespace) {
        try {
            // Nothing is written that is there already.
            unknown.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        String wanted;
        try {
            wanted = text.get();
        } catch (RuntimeException e) {
            LOG.error("ConfigMap {}: there is no text for it now, trying again: {}", name, e.toString());
            return false;
        }
        Map<String, String> labels = namespaces.get(namespace);
        if (labels == null || EXCLUDED.contains(namespace)) {
            paces.remove(namespace);
            return true;
        }
        boolean looked = discovered.test(labels);
        String found = present.get(namespace);
        String path = CONFIG_MAPS.object(namespace, name);
        try {
            if (looked && wanted != null) {
                if (!wanted.equals(found)) {
                    write(namespace, path, wanted);
                }
            } else if (found != null) {
                server.delete(path);
                LOG.info("ConfigMap {}/{} removed", namespace, name);
            }
            return true;
        } catch (ApiException e) {
            // A namespace that is going takes nothing any more.
            boolean going = e.code() == ApiException.NOT_FOUND
                    || (e.code() == FORBIDDEN && String.valueOf(e.getMessage()).contains("being terminated"));
            if (!going) {
                LOG.warn("ConfigMap {}/{}: {}, trying again", namespace, name, e.getMessage());
            }
            return going;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                return true;
            }
            LOG.warn("ConfigMap {}/{}: {}, trying again", namespace, name, e.getMessage());
            return false;
        }
    }

    private void write(String namespace, String path, String wanted) throws IOException {
        RewritePace pace = paces.getOrDefault(namespace, RewritePace.NEW);
        Duration wait = pace.wait(wanted, System.nanoTime());
        if (!wait.isZero()) {
            queue.later(namespace, wait);
            return;
        }
        server.apply(path, MANAGER, configMap(wanted));
        RewritePace next = pace.wrote(wanted, System.nanoTime());
        paces.put(namespace, next);
        if (next.interval().compareTo(CONTESTED) >= 0) {
            LOG.warn(
                    "ConfigMap {}/{}: somebody else changes it time and again; ours is written, next in {} s",
                    namespace,
                    name,
                    next.interval().toSeconds());
        }
    }

    private ObjectNode configMap(String wanted) {
        ObjectNode object = ApiServer.object("v1", "ConfigMap", name);
        object.withObjectProperty("metadata").putObject("labels").put(LABEL, "true");
        object.putObject("data").put(field, wanted);
        return object;
    }

    /** Follows the namespaces. */
    private final class Namespaces implements Sink<JsonNode> {
        private boolean known;

        @Override
        public void replaced(Map<String, JsonNode> objects) {
            namespaces.keySet().retainAll(objects.keySet());
            objects.forEach(this::changed);
            if (!known) {
                known = true;
                unknown.countDown();
            }
        }

        @Override
        public void changed(String key, JsonNode object) {
            if (object.path("metadata").has("deletionTimestamp")) {
                namespaces.remove(key);
                return;
            }
            Map<String, String> labels = new HashMap<>();
            object.path("metadata")
                    .path("labels")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText("")));
            if (!labels.equals(namespaces.put(key, labels))) {
                queue.add(key);
            }
        }

        @Override
        public void removed(String key) {
            namespaces.remove(key);
            // To forget it.
            queue.add(key);
        }
    }

    /** Follows the ConfigMaps of our name. */
    private final class ConfigMaps implements Sink<JsonNode> {
        private boolean known;

        @Override
        public void replaced(Map<String, JsonNode> objects) {
            present.clear();
            objects.forEach(this::changed);
            if (known) {
                refresh();
            } else {
                known = true;
                unknown.countDown();
            }
        }

        @Override
        public void changed(String key, JsonNode object) {
            boolean labelled = object.path("metadata")
                    .path("labels")
                    .path(LABEL)
                    .asText("")
                    .equals("true");
            present.put(
                    namespace(key), labelled ? object.path("data").path(field).asText("") : "");
            queue.add(namespace(key));
        }

        @Override
        public void removed(String key) {
            present.remove(namespace(key));
            queue.add(namespace(key));
        }

        private static String namespace(String key) {
            return key.substring(0, Math.max(0, key.indexOf('/')));
        }
    }

    /** Stops; what is there stays. */
    @Override
    public void close() {
        namespaceWatch.close();
        configMapWatch.close();
        queue.close();
    }
}
