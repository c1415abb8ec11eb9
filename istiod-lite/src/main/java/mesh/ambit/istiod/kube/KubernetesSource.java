package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Definitions;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus;
import mesh.ambit.kube.ApiNames;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeJson;
import mesh.ambit.kube.ObjectKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the objects of a cluster through its API server. What the listener is given first is all there is: every
 * collection has been read, or is known not to be installed. While the server is away the last state stays, and
 * {@link #statuses} says what is wrong.
 */
public final class KubernetesSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);

    /** Kinds that a folder may hold and that nothing is computed from in a cluster, and one of which we read by name. */
    private static final Set<Kind> NOT_READ = EnumSet.of(Kind.SERVICE_ACCOUNT, Kind.CONFIG_MAP);

    private final ObjectStore store = new ObjectStore();
    private final Map<Kind, Reflector<KubeJson.Item>> reflectors = new ConcurrentHashMap<>();
    private final ApiServer server;
    private final CountDownLatch unsettled;
    private final KubernetesMetrics metrics;
    private final ClusterListener listener;
    private final Thread publisher;
    private final Reflector<JsonNode> installed;
    private final Map<ObjectKey, Reflector<KubeJson.Item>> settings = new ConcurrentHashMap<>();

    private KubernetesSource(
            ApiServer server,
            Set<Kind> kinds,
            List<ObjectKey> configMaps,
            KubernetesMetrics metrics,
            ClusterListener listener,
            InstantSource clock,
            RandomGenerator random) {
        this.server = server;
        this.metrics = metrics;
        this.listener = listener;
        this.unsettled = new CountDownLatch(kinds.size() + configMaps.size());
        for (ObjectKey configMap : configMaps) {
            settings.put(
                    configMap,
                    Reflector.start(
                            server,
                            resource(Kind.CONFIG_MAP)
                                    .in(configMap.namespace())
                                    .where("metadata.name=" + configMap.name()),
                            new KindCodec(Kind.CONFIG_MAP),
                            new One(configMap),
                            new Settling(name(configMap)),
                            clock,
                            random));
        }
        for (Kind kind : kinds) {
            ApiResource resource = resource(kind);
            reflectors.put(
                    kind,
                    Reflector.start(
                            server,
                            resource,
                            new KindCodec(kind),
                            new Feed(kind),
                            new Settling(ApiNames.plural(kind)),
                            clock,
                            random));
        }
        this.installed = Reflector.start(
                server,
                Definitions.RESOURCE,
                Codec.TREE,
                new Installations(),
                status -> server.definitions().follow(status.state() == WatchStatus.State.WATCHING),
                clock,
                random);
        this.publisher = Thread.ofPlatform().name("kubernetes").daemon().start(this::publish);
    }

    /** Begins to follow all objects that anything is computed from. */
    public static KubernetesSource open(
            ApiServer server,
            List<ObjectKey> configMaps,
            KubernetesMetrics metrics,
            ClusterListener listener,
            InstantSource clock,
            RandomGenerator random) {
        Set<Kind> kinds = EnumSet.complementOf(EnumSet.copyOf(NOT_READ));
        return open(server, kinds, configMaps, metrics, listener, clock, random);
    }

    /**
     * Begins to follow some kinds of objects of a cluster; returns at once.
     *
     * @param configMaps where the settings of the mesh are; no other ConfigMap is read
     * @param listener called on a thread of its own
     * @param random spreads attempts; used by many threads at once
     */
    public static KubernetesSource open(
            ApiServer server,
            Set<Kind> kinds,
            List<ObjectKey> configMaps,
            KubernetesMetrics metrics,
            ClusterListener listener,
            InstantSource clock,
            RandomGenerator random) {
        return new KubernetesSource(server, kinds, configMaps, metrics, listener, clock, random);
    }

    /** Returns the part of a kind's collection that is read. */
    static ApiResource resource(Kind kind) {
        ApiResource all = new ApiResource(
                ApiNames.group(kind), ApiNames.versions(kind), ApiNames.plural(kind), "", "", "", false);
        // They have no address any more and no right to a certificate, and a cluster can be full of them.
        return kind == Kind.POD ? all.where("status.phase!=Failed") : all;
    }

    private static String name(ObjectKey configMap) {
        return "configmaps/" + configMap.name();
    }

    /** Returns how well each collection is followed, by its name. */
    public SortedMap<String, WatchStatus> statuses() {
        SortedMap<String, WatchStatus> statuses = new TreeMap<>();
        reflectors.forEach((kind, reflector) -> statuses.put(ApiNames.plural(kind), reflector.status()));
        settings.forEach((configMap, reflector) -> statuses.put(name(configMap), reflector.status()));
        return statuses;
    }

    /** Returns what is wrong now, one line for each collection that is not followed; empty when all are. */
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        statuses().forEach((name, status) -> {
            if (status.isTroubled() || status.state() == WatchStatus.State.LISTING) {
                troubles.add(name + ": " + status.reason() + " (since " + status.since() + ")");
            }
        });
        return troubles;
    }

    private void publish() {
        try {
            unsettled.await();
            ObjectStore.News news = store.takeNow();
            while (true) {
                try {
                    listener.changed(news.changes(), news.problems());
                } catch (RuntimeException e) {
                    LOG.error("taking changes of the cluster failed", e);
                }
                news = store.take();
            }
        } catch (InterruptedException e) {
            LOG.debug("ending");
        }
    }

    /** Takes the objects of one kind. */
    private final class Feed implements Sink<KubeJson.Item> {
        private final Kind kind;
        private boolean settled;

        Feed(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void replaced(Map<String, KubeJson.Item> objects) {
            store.replace(kind, objects.values());
            metrics.event(kind.text(), "list");
            if (!settled) {
                settled = true;
                unsettled.countDown();
            }
        }

        @Override
        public void changed(String key, KubeJson.Item item) {
            metrics.event(kind.text(), "update");
            store.change(item);
        }

        @Override
        public void removed(String key) {
            metrics.event(kind.text(), "delete");
            store.remove(ObjectKey.at(kind, key));
        }
    }

    /** Takes one object. */
    private final class One implements Sink<KubeJson.Item> {
        private final ObjectKey key;
        private boolean settled;

        One(ObjectKey key) {
            this.key = key;
        }

        @Override
        public void replaced(Map<String, KubeJson.Item> objects) {
            metrics.event(key.kind().text(), "list");
            KubeJson.Item item = objects.get(key.namespace() + "/" + key.name());
            if (item == null) {
                store.remove(key);
            } else {
                store.change(item);
            }
            if (!settled) {
                settled = true;
                unsettled.countDown();
            }
        }

        @Override
        public void changed(String name, KubeJson.Item item) {
            metrics.event(key.kind().text(), "update");
            store.change(item);
        }

        @Override
        public void removed(String name) {
            metrics.event(key.kind().text(), "delete");
            store.remove(key);
        }
    }

    /** Counts what goes wrong. */
    private final class Settling implements Consumer<WatchStatus> {
        private final String collection;
        private boolean troubled;

        Settling(String collection) {
            this.collection = collection;
        }

        @Override
        public void accept(WatchStatus status) {
            metrics.followed(collection, !status.isTroubled());
            if (troubled && !status.isTroubled()) {
                // The server is back, and whoever waits for its next attempt may make it now.
                reflectors.values().forEach(Settling::hurry);
                settings.values().forEach(Settling::hurry);
            }
            troubled = status.isTroubled();
        }

        private static void hurry(Reflector<?> reflector) {
            if (reflector.status().isTroubled()) {
                reflector.wake();
            }
        }
    }

    /** Wakes whoever waits for a definition to be installed. */
    private final class Installations implements Sink<JsonNode> {
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            objects.keySet().forEach(server.definitions()::tell);
        }

        @Override
        public void changed(String key, JsonNode object) {
            server.definitions().tell(key);
        }

        @Override
        public void removed(String key) {
            server.definitions().tell(key);
        }
    }

    /** Stops following. */
    @Override
    public void close() {
        reflectors.values().forEach(Reflector::close);
        settings.values().forEach(Reflector::close);
        installed.close();
        publisher.interrupt();
    }
}
