package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus.State;
import org.jspecify.annotations.Nullable;

/** The objects of a collection as they are; somebody is told of each change. */
final class Followed implements AutoCloseable {
    private final ApiResource resource;
    private final Map<String, JsonNode> objects = new ConcurrentHashMap<>();
    private final CountDownLatch known = new CountDownLatch(1);
    private final Reflector<JsonNode> reflector;

    /**
     * Begins.
     *
     * @param changed told the {@code namespace/name} of what came, changed or went, or the name alone
     */
    Followed(
            ApiServer server,
            ApiResource resource,
            Consumer<String> changed,
            InstantSource clock,
            RandomGenerator random) {
        this.resource = resource;
        this.reflector = Reflector.start(server, resource, Codec.TREE, new Follower(changed), _ -> {}, clock, random);
    }

    /** Waits until all objects have been read once, or are known not to be installed. */
    void await() throws InterruptedException {
        known.await();
    }

    /** Returns whether the server does not know such objects. */
    boolean isAbsent() {
        return reflector.status().state() == State.ABSENT;
    }

    /** Returns the objects by {@code namespace/name}, or by the name alone. */
    Map<String, JsonNode> objects() {
        return objects;
    }

    /** Returns an object; null if it is not there. */
    @Nullable
    JsonNode find(String key) {
        return objects.get(key);
    }

    /** Returns the path of all objects, in a version that is served. */
    String path() {
        return resource.path(reflector.servedVersion());
    }

    /** Returns the path of one, in a version that is served. */
    String path(String namespace, String name) {
        return resource.in(namespace).path(reflector.servedVersion()) + "/" + name;
    }

    private final class Follower implements Sink<JsonNode> {
        private final Consumer<String> changed;

        Follower(Consumer<String> changed) {
            this.changed = changed;
        }

        @Override
        public void replaced(Map<String, JsonNode> all) {
            List<String> gone = new ArrayList<>(objects.keySet());
            gone.removeAll(all.keySet());
            objects.keySet().retainAll(all.keySet());
            objects.putAll(all);
            known.countDown();
            gone.forEach(changed);
            all.keySet().forEach(changed);
        }

        @Override
        public void changed(String key, JsonNode object) {
            objects.put(key, object);
            changed.accept(key);
        }

        @Override
        public void removed(String key) {
            objects.remove(key);
            changed.accept(key);
        }
    }

    @Override
    public void close() {
        reflector.close();
    }
}
