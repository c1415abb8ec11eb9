package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
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

    /** After a write that failed; others are not held up by it for longer. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ApiServer server;
    private final String name;
    private final String field;
    private final Supplier<@Nullable String> text;
    private final Predicate<Map<String, String>> discovered;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Map<String, Map<String, String>> namespaces = new HashMap<>();
    private final Map<String, String> present = new HashMap<>();
    private final Set<String> due = new LinkedHashSet<>();
    private boolean namespacesKnown;
    private boolean presentKnown;

    private final Reflector<JsonNode> namespaceWatch;
    private final Reflector<JsonNode> configMapWatch;
    private final Thread worker;
    private volatile boolean closed;

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
        this.worker = Thread.ofVirtual().name("configmap " + name).start(this::run);
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
        lock.lock();
        try {
            due.addAll(namespaces.keySet());
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!closed) {
                String namespace = next();
                if (!settle(namespace)) {
                    Thread.sleep(RETRY);
                    again(namespace);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("ConfigMap {}: ending", name);
        }
    }

    /** Waits until both collections are known, so that nothing is written that is there already. */
    private String next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!namespacesKnown || !presentKnown || due.isEmpty()) {
                work.await();
            }
            String namespace = due.iterator().next();
            due.remove(namespace);
            return namespace;
        } finally {
            lock.unlock();
        }
    }

    private void again(String namespace) {
        lock.lock();
        try {
            if (namespaces.containsKey(namespace)) {
                due.add(namespace);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes one namespace right; returns false if that is to be tried again. */
    private boolean settle(String namespace) {
        String wanted;
        try {
            wanted = text.get();
        } catch (RuntimeException e) {
            LOG.error("ConfigMap {}: there is no text for it now, trying again: {}", name, e.toString());
            return false;
        }
        String found;
        boolean looked;
        lock.lock();
        try {
            Map<String, String> labels = namespaces.get(namespace);
            if (labels == null || EXCLUDED.contains(namespace)) {
                return true;
            }
            looked = discovered.test(labels);
            found = present.get(namespace);
        } finally {
            lock.unlock();
        }
        String path = CONFIG_MAPS.object(namespace, name);
        try {
            if (looked && wanted != null) {
                if (!wanted.equals(found)) {
                    server.apply(path, MANAGER, configMap(wanted));
                    LOG.debug("ConfigMap {}/{} written", namespace, name);
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
            if (!closed) {
                LOG.warn("ConfigMap {}/{}: {}, trying again", namespace, name, e.getMessage());
            }
            return false;
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
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            lock.lock();
            try {
                namespaces.keySet().retainAll(objects.keySet());
                namespacesKnown = true;
                objects.forEach(this::take);
                work.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void changed(String key, JsonNode object) {
            lock.lock();
            try {
                take(key, object);
                work.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void take(String key, JsonNode object) {
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
                due.add(key);
            }
        }

        @Override
        public void removed(String key) {
            lock.lock();
            try {
                namespaces.remove(key);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Follows the ConfigMaps of our name. */
    private final class ConfigMaps implements Sink<JsonNode> {
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            lock.lock();
            try {
                present.clear();
                presentKnown = true;
                objects.forEach(this::take);
                due.addAll(namespaces.keySet());
                work.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void changed(String key, JsonNode object) {
            lock.lock();
            try {
                take(key, object);
                work.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void take(String key, JsonNode object) {
            boolean labelled = object.path("metadata")
                    .path("labels")
                    .path(LABEL)
                    .asText("")
                    .equals("true");
            String namespace = namespace(key);
            present.put(namespace, labelled ? object.path("data").path(field).asText("") : "");
            due.add(namespace);
        }

        @Override
        public void removed(String key) {
            lock.lock();
            try {
                String namespace = namespace(key);
                present.remove(namespace);
                due.add(namespace);
                work.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private static String namespace(String key) {
            int slash = key.indexOf('/');
            return slash < 0 ? "" : key.substring(0, slash);
        }
    }

    /** Stops; what is there stays. */
    @Override
    public void close() {
        closed = true;
        namespaceWatch.close();
        configMapWatch.close();
        worker.interrupt();
    }
}
