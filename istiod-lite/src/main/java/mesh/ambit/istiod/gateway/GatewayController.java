package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WatchStatus.State;
import mesh.ambit.istiod.kube.api.WorkQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the classes of gateways, deploys waypoints, and writes the status of both. Writes only where something differs:
 * two of it, for a moment, write the same.
 */
public final class GatewayController implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayController.class);
    private static final String GROUP = "gateway.networking.k8s.io";
    private static final List<String> VERSIONS = List.of("v1", "v1beta1");
    private static final ApiResource CLASSES = new ApiResource(GROUP, VERSIONS, "gatewayclasses", "", "", "", false);
    private static final ApiResource GATEWAYS = new ApiResource(GROUP, VERSIONS, "gateways", "", "", "", false);
    private static final ApiResource SERVICES =
            ApiResource.of("", "v1", "services").labelled(WaypointObjects.GATEWAY_NAME);
    private static final ApiResource SLICES =
            ApiResource.of("discovery.k8s.io", "v1", "endpointslices").labelled(WaypointObjects.GATEWAY_NAME);
    private static final ApiResource DEPLOYMENTS = ApiResource.of("apps", "v1", "deployments")
            .labelled(WaypointObjects.MANAGED + "=" + WaypointObjects.MANAGED_VALUE)
            .metadata();
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String REVISION = "istio.io/rev";
    private static final String ALL_CLASSES = "classes";
    private static final String CLASS = "class ";
    private static final String GATEWAY = "gateway ";

    private final ApiServer server;
    private final List<GatewayClasses.Known> known;
    private final String revision;
    private final GatewayStatus statuses;
    private final WaypointDeployer deployer;
    private final InstantSource clock;
    private final Map<String, JsonNode> classes = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> gateways = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> services = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> slices = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> deployments = new ConcurrentHashMap<>();
    private final List<Reflector<JsonNode>> reflectors = new ArrayList<>();
    private final Reflector<JsonNode> classWatch;
    private final CountDownLatch unknown = new CountDownLatch(5);
    private final WorkQueue queue;

    private GatewayController(
            ApiServer server,
            WaypointSettings settings,
            String revision,
            boolean severalNetworks,
            InstantSource clock,
            RandomGenerator random) {
        this.server = server;
        this.known = GatewayClasses.known(severalNetworks);
        this.revision = revision;
        this.statuses = new GatewayStatus(settings.domainSuffix());
        this.deployer = new WaypointDeployer(server, new WaypointObjects(settings));
        this.clock = clock;
        this.queue = new WorkQueue("gateways", this::settle, System::nanoTime);
        this.classWatch = follow(CLASSES, classes, this::classChanged, random);
        follow(GATEWAYS, gateways, key -> queue.add(GATEWAY + key), random);
        follow(SERVICES, services, this::childChanged, random);
        follow(SLICES, slices, this::childChanged, random);
        follow(DEPLOYMENTS, deployments, this::childChanged, random);
        queue.add(ALL_CLASSES);
    }

    /**
     * Begins.
     *
     * @param revision of the gateways that are ours; those that name none are too
     */
    public static GatewayController start(
            ApiServer server,
            WaypointSettings settings,
            String revision,
            boolean severalNetworks,
            InstantSource clock,
            RandomGenerator random) {
        return new GatewayController(server, settings, revision, severalNetworks, clock, random);
    }

    private Reflector<JsonNode> follow(
            ApiResource resource, Map<String, JsonNode> objects, Consumer<String> listener, RandomGenerator random) {
        Reflector<JsonNode> reflector = Reflector.start(
                server, resource, Codec.TREE, new Follower(objects, listener, unknown), _ -> {}, clock, random);
        reflectors.add(reflector);
        return reflector;
    }

    private void classChanged(String name) {
        queue.add(ALL_CLASSES);
        queue.add(CLASS + name);
        gateways.forEach((key, gateway) -> {
            if (gateway.path("spec").path("gatewayClassName").asText("").equals(name)) {
                queue.add(GATEWAY + key);
            }
        });
    }

    /** Something that is, or may be, of a gateway changed; which one is seen at what is left of it, or by its owner. */
    private void childChanged(String key) {
        String namespace = key.substring(0, key.indexOf('/') + 1);
        gateways.keySet().stream()
                .filter(gateway -> gateway.startsWith(namespace))
                .forEach(gateway -> queue.add(GATEWAY + gateway));
    }

    private boolean settle(String item) {
        try {
            unknown.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        try {
            if (item.equals(ALL_CLASSES)) {
                createClasses();
            } else if (item.startsWith(CLASS)) {
                acceptClass(item.substring(CLASS.length()));
            } else {
                settleGateway(item.substring(GATEWAY.length()));
            }
            return true;
        } catch (ApiException e) {
            // Gone meanwhile, or changed: its event comes, or has come.
            if (e.code() != ApiException.NOT_FOUND && e.code() != ApiException.CONFLICT) {
                LOG.warn("{}: {}, trying again", item, e.getMessage());
            }
            return e.code() == ApiException.NOT_FOUND;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                return true;
            }
            LOG.warn("{}: {}, trying again", item, e.getMessage());
            return false;
        }
    }

    private void createClasses() throws IOException {
        if (classWatch.status().state() == State.ABSENT) {
            return;
        }
        for (GatewayClasses.Known each : known) {
            if (!classes.containsKey(each.name())) {
                try {
                    server.create(CLASSES.path("v1"), each.object());
                    LOG.info("GatewayClass {}: created", each.name());
                } catch (ApiException e) {
                    if (e.code() != ApiException.CONFLICT) {
                        throw e;
                    }
                }
            }
        }
    }

    private void acceptClass(String name) throws IOException {
        JsonNode object = classes.get(name);
        if (object == null || !GatewayClasses.isOurs(object)) {
            return;
        }
        ObjectNode status = object.path("status") instanceof ObjectNode present
                ? present.deepCopy()
                : JsonNodeFactory.instance.objectNode();
        new Conditions(status, object.path("metadata").path("generation").asLong(), clock.instant())
                .set("Accepted", true, "Accepted", "gateways of this class are looked after");
        writeStatus(CLASSES.object("", name), object, status);
    }

    private void settleGateway(String key) throws IOException {
        JsonNode gateway = gateways.get(key);
        if (gateway == null) {
            deployer.forget(key);
            return;
        }
        JsonNode owner =
                classes.get(gateway.path("spec").path("gatewayClassName").asText(""));
        if (owner == null || !GatewayClasses.isOurs(owner) || !isOurRevision(gateway)) {
            return;
        }
        String controller = GatewayClasses.controller(owner);
        String namespace = gateway.path("metadata").path("namespace").asText("");
        String path =
                GATEWAYS.object(namespace, gateway.path("metadata").path("name").asText(""));
        if (controller.equals(GatewayClasses.MESH_CONTROLLER) && WaypointObjects.isManaged(gateway)) {
            ControllerVersion version = ControllerVersion.of(gateway);
            if (version == ControllerVersion.OLDER) {
                server.merge(path, ControllerVersion.claim());
            }
            if (version != ControllerVersion.NEWER) {
                deployer.deploy(key, gateway);
            }
        }
        ObjectNode status = statuses.of(gateway, controller, name -> backend(namespace, name), clock.instant());
        writeStatus(path, gateway, status);
    }

    private boolean isOurRevision(JsonNode gateway) {
        JsonNode label = gateway.path("metadata").path("labels").path(REVISION);
        return label.isMissingNode() || label.asText("").equals(revision);
    }

    private @Nullable GatewayBackend backend(String namespace, String name) {
        JsonNode service = services.get(namespace + "/" + name);
        if (service == null) {
            return null;
        }
        List<JsonNode> own = slices.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(namespace + "/")
                        && entry.getValue()
                                .path("metadata")
                                .path("labels")
                                .path(SERVICE_NAME)
                                .asText("")
                                .equals(name))
                .map(Map.Entry::getValue)
                .toList();
        return GatewayBackend.of(service, own);
    }

    private void writeStatus(String path, JsonNode object, ObjectNode status) throws IOException {
        if (status.equals(object.path("status"))) {
            return;
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        // Of this very object: what was judged is what is written to.
        patch.putObject("metadata").put("resourceVersion", Codec.TREE.version(object));
        ObjectNode fields = patch.putObject("status");
        object.path("status").fieldNames().forEachRemaining(fields::putNull);
        fields.setAll(status);
        server.merge(path + "/status", patch);
    }

    /** Keeps a collection as it is, and tells of each change. */
    private static final class Follower implements Sink<JsonNode> {
        private final Map<String, JsonNode> objects;
        private final Consumer<String> listener;
        private final CountDownLatch unknown;
        private boolean known;

        Follower(Map<String, JsonNode> objects, Consumer<String> listener, CountDownLatch unknown) {
            this.objects = objects;
            this.listener = listener;
            this.unknown = unknown;
        }

        @Override
        public void replaced(Map<String, JsonNode> all) {
            List<String> gone = new ArrayList<>(objects.keySet());
            gone.removeAll(all.keySet());
            objects.keySet().retainAll(all.keySet());
            objects.putAll(all);
            if (!known) {
                known = true;
                unknown.countDown();
            }
            gone.forEach(listener);
            all.keySet().forEach(listener);
        }

        @Override
        public void changed(String key, JsonNode object) {
            objects.put(key, object);
            listener.accept(key);
        }

        @Override
        public void removed(String key) {
            objects.remove(key);
            listener.accept(key);
        }
    }

    /** Stops; what was made stays. */
    @Override
    public void close() {
        reflectors.forEach(Reflector::close);
        queue.close();
    }
}
