package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus.State;
import org.jspecify.annotations.Nullable;

/**
 * The ConfigMaps by which users change what is deployed for gateways: the one that a gateway names, and one of defaults for
 * its class. Of all ConfigMaps nothing is kept but that they are there and in which version; whole are read only those
 * that a gateway needs.
 */
final class ParameterMaps implements AutoCloseable {
    /** Says in the controller's namespace which class a ConfigMap is for. */
    static final String DEFAULTS = "gateway.istio.io/defaults-for-class";

    /** Kept whole; another one is read again when it is needed. */
    private static final int MAX_CONTENTS = 32;

    private static final ApiResource CONFIG_MAPS = ApiResource.of("", "v1", "configmaps");

    private final ApiServer server;
    private final String systemNamespace;
    private final CountDownLatch known = new CountDownLatch(1);
    private final Map<String, Mark> marks = new ConcurrentHashMap<>();
    private final Reflector<Mark> reflector;

    /** Of those that were read whole and used last, the last version; one thread. */
    private final Map<String, Content> contents = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Content> eldest) {
            return size() > MAX_CONTENTS;
        }
    };

    /**
     * That there is a ConfigMap.
     *
     * @param forClass of gateways it has defaults for; empty for all others
     */
    private record Mark(String key, String version, String forClass, String created) {}

    private record Content(String version, Overlay overlay) {}

    /**
     * Begins to follow them.
     *
     * @param changed told of those that come, change or go: {@code namespace/name}, and the class that it has defaults
     *     for, or had; empty for none
     */
    ParameterMaps(
            ApiServer server, String systemNamespace, Changed changed, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.systemNamespace = systemNamespace;
        this.reflector = Reflector.start(
                server,
                CONFIG_MAPS.metadata(),
                new MarkCodec(),
                new Follower(changed),
                status -> {
                    if (status.state() != State.LISTING) {
                        known.countDown();
                    }
                },
                clock,
                random);
    }

    /** Takes news of a ConfigMap. */
    interface Changed {
        void accept(String key, String forClass);
    }

    /**
     * Returns what is to be laid over the objects of a gateway, the class's defaults first. Waits until it is known what
     * there is, or that it cannot be. For one thread.
     *
     * @throws ParametersException if the gateway names what is not there, or of another kind
     */
    List<Overlay> of(JsonNode gateway) throws IOException, InterruptedException, ParametersException {
        known.await();
        List<Overlay> overlays = new ArrayList<>();
        String className = gateway.path("spec").path("gatewayClassName").asText("");
        Mark defaults = defaults(className);
        if (defaults != null) {
            Overlay overlay = read(defaults.key());
            if (overlay != null) {
                overlays.add(overlay);
            }
        }
        String key = referenced(gateway);
        if (key != null) {
            Overlay overlay = read(key);
            if (overlay == null) {
                throw new ParametersException("parametersRef: there is no ConfigMap " + key);
            }
            overlays.add(overlay);
        }
        return overlays;
    }

    /**
     * Returns whether news of a ConfigMap may be news for a gateway.
     *
     * @param name of the gateway, {@code namespace/name}
     * @param key of the ConfigMap
     * @param forClass whose defaults it has; empty for none
     */
    static boolean concerns(String name, JsonNode gateway, String key, String forClass) {
        JsonNode spec = gateway.path("spec");
        String parameters =
                spec.path("infrastructure").path("parametersRef").path("name").asText("");
        boolean named = name.startsWith(key.substring(0, key.indexOf('/') + 1)) && key.endsWith("/" + parameters);
        return named
                || (!forClass.isEmpty()
                        && spec.path("gatewayClassName").asText("").equals(forClass));
    }

    private @Nullable Mark defaults(String className) {
        return marks.values().stream()
                .filter(mark -> mark.forClass().equals(className) && !className.isEmpty())
                .min(Comparator.comparing(Mark::created).thenComparing(Mark::key))
                .orElse(null);
    }

    /**
     * Returns the ConfigMap that a gateway names; null if it names none.
     *
     * @throws ParametersException if it names something of another kind
     */
    static @Nullable String referenced(JsonNode gateway) throws ParametersException {
        JsonNode reference = gateway.path("spec").path("infrastructure").path("parametersRef");
        if (reference.isMissingNode()) {
            return null;
        }
        String group = reference.path("group").asText("");
        String kind = reference.path("kind").asText("");
        if (!group.isEmpty() || !kind.equals("ConfigMap")) {
            throw new ParametersException("parametersRef: kind " + kind + " of group \"" + group
                    + "\" is not supported (expected: ConfigMap of group \"\")");
        }
        return gateway.path("metadata").path("namespace").asText("") + "/"
                + reference.path("name").asText("");
    }

    private @Nullable Overlay read(String key) throws IOException {
        Mark mark = marks.get(key);
        Content last = contents.get(key);
        if (mark != null && last != null && last.version().equals(mark.version())) {
            return last.overlay();
        }
        int slash = key.indexOf('/');
        try {
            JsonNode object = server.get(CONFIG_MAPS.object(key.substring(0, slash), key.substring(slash + 1)));
            Map<String, String> data = new HashMap<>();
            object.path("data")
                    .properties()
                    .forEach(field -> data.put(field.getKey(), field.getValue().asText()));
            Overlay overlay = new Overlay("ConfigMap " + key, data);
            contents.put(key, new Content(Codec.TREE.version(object), overlay));
            return overlay;
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                contents.remove(key);
                return null;
            }
            throw e;
        }
    }

    /** Keeps of a ConfigMap's metadata what a mark says. */
    private static final class MarkCodec implements Codec<Mark> {
        @Override
        public Mark read(JsonParser json) throws IOException {
            JsonNode object = Codec.TREE.read(json);
            JsonNode metadata = object.path("metadata");
            return new Mark(
                    Codec.TREE.key(object),
                    Codec.TREE.version(object),
                    metadata.path("labels").path(DEFAULTS).asText(""),
                    metadata.path("creationTimestamp").asText(""));
        }

        @Override
        public String key(Mark object) {
            return object.key();
        }

        @Override
        public String version(Mark object) {
            return object.version();
        }
    }

    private final class Follower implements Sink<Mark> {
        private final Changed changed;

        Follower(Changed changed) {
            this.changed = changed;
        }

        @Override
        public void replaced(Map<String, Mark> objects) {
            List<String> gone = new ArrayList<>(marks.keySet());
            gone.removeAll(objects.keySet());
            objects.forEach(this::changed);
            gone.forEach(this::removed);
        }

        @Override
        public void changed(String key, Mark object) {
            Mark mark = key.startsWith(systemNamespace + "/")
                    ? object
                    : new Mark(object.key(), object.version(), "", object.created());
            Mark before = marks.put(key, mark);
            if (mark.equals(before)) {
                return;
            }
            if (before != null && !before.forClass().equals(mark.forClass())) {
                changed.accept(key, before.forClass());
            }
            changed.accept(key, mark.forClass());
        }

        @Override
        public void removed(String key) {
            Mark before = marks.remove(key);
            if (before != null) {
                changed.accept(key, before.forClass());
            }
        }
    }

    @Override
    public void close() {
        reflector.close();
    }
}
