package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
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
    private static final ApiResource DEPLOYMENTS = made("apps", "v1", "deployments");
    private static final ApiResource AUTOSCALERS = made("autoscaling", "v2", "horizontalpodautoscalers");
    private static final ApiResource BUDGETS = made("policy", "v1", "poddisruptionbudgets");
    private static final String ALL_CLASSES = "classes";
    private static final String CLASS = "class ";
    private static final String GATEWAY = "gateway ";
    private static final String LISTENER_SET = "listener set ";

    private final ApiServer server;
    private final GatewayClasses known;
    private final RevisionTags tags;
    private final Runnable tagsChanged = this::refresh;
    private final Supplier<WaypointSettings> settings;
    private final GatewayStatus statuses;
    private final WaypointDeployer deployer;
    private final InstantSource clock;
    private final Followed classes;
    private final Followed gateways;
    private final Backends backends;
    private final ListenerSets listenerSets;
    private final AttachedRoutes routes;
    private final List<Followed> made = new ArrayList<>();
    private final ParameterMaps parameters;
    private final CountDownLatch started = new CountDownLatch(1);
    private final WorkQueue queue;

    private GatewayController(
            ApiServer server,
            Supplier<WaypointSettings> settings,
            RevisionTags tags,
            GatewayClasses known,
            InstantSource clock,
            RandomGenerator random) {
        this.server = server;
        this.known = known;
        this.tags = tags;
        this.settings = settings;
        this.statuses = new GatewayStatus(settings.get().domainSuffix());
        this.deployer = new WaypointDeployer(server);
        this.clock = clock;
        this.queue = new WorkQueue("gateways", this::settle, System::nanoTime);
        this.classes = new Followed(server, CLASSES, this::classChanged, clock, random);
        this.gateways = new Followed(server, GATEWAYS, this::gatewayChanged, clock, random);
        this.backends = new Backends(server, this::childChanged, clock, random);
        this.listenerSets = new ListenerSets(server, key -> queue.add(LISTENER_SET + key), clock, random);
        this.routes = new AttachedRoutes(server, known, settings.get().revision(), this::refresh, clock, random);
        // Only to notice what others change of them.
        for (ApiResource each : List.of(DEPLOYMENTS, AUTOSCALERS, BUDGETS)) {
            made.add(new Followed(server, each, this::childChanged, clock, random));
        }
        this.parameters =
                new ParameterMaps(server, settings.get().systemNamespace(), this::parametersChanged, clock, random);
        started.countDown();
        tags.whenChanged(tagsChanged);
        queue.add(ALL_CLASSES);
    }

    private static ApiResource made(String group, String version, String plural) {
        return ApiResource.of(group, version, plural)
                .labelled(WaypointObjects.MANAGED)
                .metadata();
    }

    /**
     * Begins.
     *
     * @param settings of the moment at which they are asked for; see {@link #refresh}
     * @param tags tell whose gateways are ours; not closed by us
     * @param known whose gateways are looked after
     */
    public static GatewayController start(
            ApiServer server,
            Supplier<WaypointSettings> settings,
            RevisionTags tags,
            GatewayClasses known,
            InstantSource clock,
            RandomGenerator random) {
        return new GatewayController(server, settings, tags, known, clock, random);
    }

    /** The settings are others than before: looks at every gateway again. */
    public void refresh() {
        gateways.objects().keySet().forEach(key -> queue.add(GATEWAY + key));
    }

    private void gatewayChanged(String key) {
        queue.add(GATEWAY + key);
        // The first news comes while we are put together.
        if (started.getCount() == 0) {
            listenerSets.of(key).forEach(set -> queue.add(LISTENER_SET + set));
        }
    }

    private void classChanged(String name) {
        queue.add(ALL_CLASSES);
        queue.add(CLASS + name);
        gateways.objects().forEach((key, gateway) -> {
            if (gateway.path("spec").path("gatewayClassName").asText("").equals(name)) {
                gatewayChanged(key);
            }
        });
    }

    /** Something that is, or may be, of a gateway changed. */
    private void childChanged(String key) {
        String namespace = key.substring(0, key.indexOf('/') + 1);
        gateways.objects().keySet().stream()
                .filter(gateway -> gateway.startsWith(namespace))
                .forEach(gateway -> queue.add(GATEWAY + gateway));
    }

    private void parametersChanged(String key, String forClass) {
        gateways.objects().forEach((name, gateway) -> {
            if (ParameterMaps.concerns(name, gateway, key, forClass)) {
                queue.add(GATEWAY + name);
            }
        });
    }

    private boolean settle(String item) {
        try {
            awaitObjects();
            if (item.equals(ALL_CLASSES)) {
                createClasses();
            } else if (item.startsWith(CLASS)) {
                acceptClass(item.substring(CLASS.length()));
            } else if (item.startsWith(LISTENER_SET)) {
                settleListenerSet(item.substring(LISTENER_SET.length()));
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void awaitObjects() throws InterruptedException {
        started.await();
        classes.await();
        gateways.await();
        backends.await();
        tags.await();
    }

    private void createClasses() throws IOException {
        if (classes.isAbsent()) {
            return;
        }
        for (GatewayClasses.Known each : known.all()) {
            if (classes.find(each.name()) == null) {
                try {
                    server.create(classes.path(), each.object());
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
        JsonNode object = classes.find(name);
        if (object == null || !known.isOurs(object)) {
            return;
        }
        ObjectNode status = StatusPatch.copy(object);
        new Conditions(status, object.path("metadata").path("generation").asLong(), clock.instant())
                .set("Accepted", true, "Accepted", "gateways of this class are looked after");
        StatusPatch.write(server, classes.path("", name), object, status);
    }

    private void settleGateway(String key) throws IOException, InterruptedException {
        JsonNode gateway = gateways.find(key);
        if (gateway == null) {
            deployer.forget(key);
        }
        JsonNode owner = gateway == null ? null : owner(gateway);
        if (gateway == null || owner == null || !isMine(gateway)) {
            backends.name(key, Set.of());
            return;
        }
        String controller = GatewayClasses.controller(owner);
        String namespace = gateway.path("metadata").path("namespace").asText("");
        String path =
                gateways.path(namespace, gateway.path("metadata").path("name").asText(""));
        Deployed deployed;
        IOException failure = null;
        try {
            deployed = deploy(key, path, gateway, controller);
        } catch (ParametersException e) {
            deployed = Deployed.unchanged(e.getMessage());
        } catch (IOException e) {
            // Its status says what is, and this; then it is tried again.
            failure = e;
            deployed = Deployed.failed(e);
        }
        backends.name(key, statuses.services(gateway));
        ObjectNode status =
                statuses.of(gateway, controller, name -> backends.find(namespace, name), deployed, clock.instant());
        routes.count(gateway, controller, status);
        StatusPatch.write(server, path, gateway, status);
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns the class of a gateway; null where it is not ours. */
    private @Nullable JsonNode owner(JsonNode gateway) {
        JsonNode owner =
                classes.find(gateway.path("spec").path("gatewayClassName").asText(""));
        return owner != null && known.isOurs(owner) ? owner : null;
    }

    private void settleListenerSet(String key) throws IOException {
        String parent = listenerSets.parent(key);
        JsonNode gateway = parent == null ? null : gateways.find(parent);
        if (gateway != null && owner(gateway) != null && isMine(gateway)) {
            listenerSets.refuse(
                    key, gateway.path("spec").path("gatewayClassName").asText(""), clock);
        }
    }

    private Deployed deploy(String key, String path, JsonNode gateway, String controller)
            throws IOException, InterruptedException, ParametersException {
        if (!GatewayClasses.isDeployed(controller) || gateway.path("metadata").has("deletionTimestamp")) {
            return Deployed.WELL;
        }
        List<Overlay> overlays = parameters.of(gateway);
        ControllerVersion version = ControllerVersion.of(gateway);
        if (!WaypointObjects.isManaged(gateway) || version == ControllerVersion.NEWER) {
            return Deployed.WELL;
        }
        if (version == ControllerVersion.OLDER) {
            server.merge(path, ControllerVersion.claim());
        }
        List<ObjectNode> wanted = new WaypointObjects(settings.get()).of(gateway, controller, overlays);
        return deployer.deploy(
                key,
                gateway,
                wanted,
                !overlays.isEmpty(),
                uid -> gateways.objects().values().stream()
                        .anyMatch(each ->
                                each.path("metadata").path("uid").asText("").equals(uid)));
    }

    /** Returns whether we and no controller of another revision look after a gateway. */
    private boolean isMine(JsonNode gateway) {
        JsonNode metadata = gateway.path("metadata");
        Map<String, String> labels = new HashMap<>();
        metadata.path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
        return tags.isMine(metadata.path("namespace").asText(""), labels);
    }

    /** Stops; what was made stays. */
    @Override
    public void close() {
        tags.forget(tagsChanged);
        classes.close();
        gateways.close();
        backends.close();
        listenerSets.close();
        routes.close();
        made.forEach(Followed::close);
        parameters.close();
        queue.close();
    }
}
