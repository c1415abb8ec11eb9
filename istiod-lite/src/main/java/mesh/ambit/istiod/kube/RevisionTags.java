package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus;

/**
 * Which Gateways and routes of a cluster with several revisions are this controller's to deploy for and to judge. Follows
 * what says so: the labels of namespaces, and the webhook configurations and Services by which the reference's tools note
 * which revision has which tag. What cannot be read (a right that is missing) counts as not there.
 */
public final class RevisionTags implements AutoCloseable {
    private static final String ADMISSION = "admissionregistration.k8s.io";
    private static final String DEFAULT_VALIDATOR = "istiod-default-validator";

    private final String revision;
    private final Labels namespaces;
    private final Labels webhooks;
    private final Labels validators;
    private final Labels services;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private RevisionTags(
            ApiServer server, String revision, String systemNamespace, InstantSource clock, RandomGenerator random) {
        this.revision = revision;
        namespaces = new Labels(server, ApiResource.of("", "v1", "namespaces"), clock, random);
        webhooks = new Labels(
                server,
                ApiResource.of(ADMISSION, "v1", "mutatingwebhookconfigurations").labelled(Revisions.TAG),
                clock,
                random);
        validators = new Labels(
                server,
                ApiResource.of(ADMISSION, "v1", "validatingwebhookconfigurations")
                        .where("metadata.name=" + DEFAULT_VALIDATOR),
                clock,
                random);
        services = new Labels(
                server,
                ApiResource.of("", "v1", "services").in(systemNamespace).labelled(Revisions.TAG),
                clock,
                random);
    }

    /**
     * Begins to follow them.
     *
     * @param revision of this controller
     */
    public static RevisionTags start(
            ApiServer server, String revision, String systemNamespace, InstantSource clock, RandomGenerator random) {
        return new RevisionTags(server, revision, systemNamespace, clock, random);
    }

    /** Has {@code listener} told, on any thread, that an answer of {@link #isMine} may be another one now. */
    public void whenChanged(Runnable listener) {
        listeners.add(listener);
    }

    /** Forgets a listener. */
    public void forget(Runnable listener) {
        listeners.remove(listener);
    }

    /** Waits until what there is has been read once, or is known not to be readable now. */
    public void await() throws InterruptedException {
        for (Labels each : all()) {
            each.known.await();
        }
    }

    /** Returns whether an object of a namespace is this controller's. */
    public boolean isMine(String namespace, Map<String, String> labels) {
        Map<String, String> validator = validators.all.get(DEFAULT_VALIDATOR);
        return new Revisions(revision, List.copyOf(services.all.values()), Map.copyOf(webhooks.all), validator)
                .isMine(labels, namespaces.all.get(namespace));
    }

    private List<Labels> all() {
        return List.of(namespaces, webhooks, validators, services);
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public void close() {
        all().forEach(each -> each.reflector.close());
    }

    /** The labels of the objects of a collection, by name: all of them are of one namespace, or of none. */
    private final class Labels implements Sink<Labelled> {
        private final Map<String, Map<String, String>> all = new ConcurrentHashMap<>();
        private final CountDownLatch known = new CountDownLatch(1);
        private final Reflector<Labelled> reflector;

        Labels(ApiServer server, ApiResource resource, InstantSource clock, RandomGenerator random) {
            reflector =
                    Reflector.start(server, resource.metadata(), new LabelCodec(), this, this::status, clock, random);
        }

        private void status(WatchStatus status) {
            if (status.state() != WatchStatus.State.LISTING) {
                known.countDown();
            }
        }

        @Override
        public void replaced(Map<String, Labelled> objects) {
            List<String> gone = new ArrayList<>(all.keySet());
            Map<String, Map<String, String>> present = new TreeMap<>();
            objects.values().forEach(each -> present.put(each.name(), each.labels()));
            gone.removeAll(present.keySet());
            boolean differs = !gone.isEmpty() || !all.equals(present);
            gone.forEach(all::remove);
            all.putAll(present);
            known.countDown();
            if (differs) {
                tell();
            }
        }

        @Override
        public void changed(String key, Labelled object) {
            Map<String, String> before = all.put(object.name(), object.labels());
            // Most namespaces come without a word about revisions.
            if (!object.labels().equals(before == null ? Map.of() : before)) {
                tell();
            }
        }

        @Override
        public void removed(String key) {
            if (all.remove(key.substring(key.indexOf('/') + 1)) != null) {
                tell();
            }
        }
    }

    /** An object's labels, and nothing else of it. */
    private record Labelled(String key, String name, String version, Map<String, String> labels) {}

    /** Reads them. */
    private static final class LabelCodec implements Codec<Labelled> {
        @Override
        public Labelled read(JsonParser json) throws IOException {
            JsonNode object = Codec.TREE.read(json);
            Map<String, String> labels = new TreeMap<>();
            object.path("metadata").path("labels").properties().forEach(label -> {
                if (label.getKey().startsWith(Revisions.PREFIX)) {
                    labels.put(label.getKey(), label.getValue().asText(""));
                }
            });
            return new Labelled(
                    Codec.TREE.key(object),
                    object.path("metadata").path("name").asText(""),
                    Codec.TREE.version(object),
                    Map.copyOf(labels));
        }

        @Override
        public String key(Labelled object) {
            return object.key();
        }

        @Override
        public String version(Labelled object) {
            return object.version();
        }
    }
}
