package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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

    /** Kinds that a folder may hold and that nothing is computed from in a cluster. */
    private static final Set<Kind> NOT_READ = EnumSet.of(Kind.SERVICE_ACCOUNT);

    /** The settings of the mesh, in our own namespace. */
    private static final String MESH_CONFIG = "istio";

    private final ObjectStore store = new ObjectStore();
    private final Map<Kind, Reflector<KubeJson.Item>> reflectors = new EnumMap<>(Kind.class);
    private final Map<String, Kind> definitions = new TreeMap<>();
    private final CountDownLatch unsettled;
    private final KubernetesMetrics metrics;
    private final ClusterListener listener;
    private final Thread publisher;
    private final Reflector<JsonNode> installed;

    private KubernetesSource(
            ApiServer server,
            String systemNamespace,
            KubernetesMetrics metrics,
            ClusterListener listener,
            InstantSource clock,
            RandomGenerator random) {
        this.metrics = metrics;
        this.listener = listener;
        Set<Kind> kinds = EnumSet.complementOf(EnumSet.copyOf(NOT_READ));
        this.unsettled = new CountDownLatch(kinds.size());
        for (Kind kind : kinds) {
            ApiResource resource = resource(kind, systemNamespace);
            definitions.put(ApiNames.plural(kind) + "." + ApiNames.group(kind), kind);
            reflectors.put(
                    kind,
                    Reflector.start(
                            server, resource, new KindCodec(kind), new Feed(kind), new Settling(kind), clock, random));
        }
        this.installed =
                Reflector.start(server, Definitions.RESOURCE, Codec.TREE, new Installations(), _ -> {}, clock, random);
        this.publisher = Thread.ofPlatform().name("kubernetes").daemon().start(this::publish);
    }

    /**
     * Begins to follow the cluster; returns at once.
     *
     * @param systemNamespace where the settings of the mesh lie
     * @param listener called on a thread of its own
     * @param random spreads attempts; used by many threads at once
     */
    public static KubernetesSource open(
            ApiServer server,
            String systemNamespace,
            KubernetesMetrics metrics,
            ClusterListener listener,
            InstantSource clock,
            RandomGenerator random) {
        return new KubernetesSource(server, systemNamespace, metrics, listener, clock, random);
    }

    /** Returns the part of a kind's collection that is read. */
    static ApiResource resource(Kind kind, String systemNamespace) {
        ApiResource all = new ApiResource(
                ApiNames.group(kind), ApiNames.versions(kind), ApiNames.plural(kind), "", "", "", false);
        return switch (kind) {
            // They have no address any more and no right to a certificate, and a cluster can be full of them.
            case POD -> all.where("status.phase!=Failed");
            case CONFIG_MAP -> all.in(systemNamespace).where("metadata.name=" + MESH_CONFIG);
            default -> all;
        };
    }

    /** Returns how well each collection is followed, by its name. */
    public SortedMap<String, WatchStatus> statuses() {
        SortedMap<String, WatchStatus> statuses = new TreeMap<>();
        reflectors.forEach((kind, reflector) -> statuses.put(ApiNames.plural(kind), reflector.status()));
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
            int slash = key.indexOf('/');
            store.remove(new ObjectKey(kind, key.substring(0, slash), key.substring(slash + 1)));
        }
    }

    /** Counts what goes wrong. */
    private final class Settling implements Consumer<WatchStatus> {
        private final Kind kind;

        Settling(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void accept(WatchStatus status) {
            metrics.followed(ApiNames.plural(kind), !status.isTroubled());
        }
    }

    /** Wakes whoever waits for a definition to be installed. */
    private final class Installations implements Sink<JsonNode> {
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            objects.keySet().forEach(this::wake);
        }

        @Override
        public void changed(String key, JsonNode object) {
            wake(key);
        }

        @Override
        public void removed(String key) {
            wake(key);
        }

        private void wake(String definition) {
            Kind kind = definitions.get(definition);
            Reflector<KubeJson.Item> reflector = kind == null ? null : reflectors.get(kind);
            if (reflector != null) {
                reflector.wake();
            }
        }
    }

    /** Stops following. */
    @Override
    public void close() {
        reflectors.values().forEach(Reflector::close);
        installed.close();
        publisher.interrupt();
    }
}
