package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Services of gateways, and who is behind them: those that say by a label whose they are, as all do that we make, and
 * those that gateways name, which need not say so.
 */
final class Backends implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
    private static final ApiResource ALL_SERVICES = ApiResource.of("", "v1", "services");
    private static final ApiResource ALL_SLICES = ApiResource.of("discovery.k8s.io", "v1", "endpointslices");
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    /** Services of a namespace without the label; each costs two watches. */
    static final int MAX_NAMED = 32;

    private final ApiServer server;
    private final Consumer<String> changed;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Followed services;
    private final Followed slices;

    /** Names of Services by {@code namespace/name} of the gateway. Of the one who settles gateways, as the next is. */
    private final Map<String, Set<String>> wanted = new HashMap<>();

    /** Those that {@link #wanted} names, by {@code namespace/name}. */
    private final Map<String, Named> named = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /**
     * Begins to follow them.
     *
     * @param changed told the {@code namespace/name} of a Service or a slice that came, changed or went
     */
    Backends(ApiServer server, Consumer<String> changed, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.changed = changed;
        this.clock = clock;
        this.random = random;
        this.services = follow(ALL_SERVICES.labelled(WaypointObjects.GATEWAY_NAME));
        this.slices = follow(ALL_SLICES.labelled(WaypointObjects.GATEWAY_NAME));
    }

    private Followed follow(ApiResource resource) {
        return new Followed(server, resource, changed, clock, random);
    }

    /** A Service that a gateway names, and its slices. */
    private final class Named {
        final Followed service;
        final Followed slices;

        Named(String namespace, String name) {
            this.service = follow(ALL_SERVICES.in(namespace).where("metadata.name=" + name));
            this.slices = follow(ALL_SLICES.in(namespace).labelled(SERVICE_NAME + "=" + name));
        }

        void close() {
            service.close();
            slices.close();
        }
    }

    void await() throws InterruptedException {
        services.await();
        slices.await();
    }

    /**
     * Follows the Services that a gateway names, and no longer those that it named before.
     *
     * @param gateway its {@code namespace/name}
     * @param names of Services in its namespace, valid ones; empty for a gateway that is gone or whose Service is ours
     */
    void name(String gateway, Set<String> names) throws InterruptedException {
        Set<String> before = names.isEmpty() ? wanted.remove(gateway) : wanted.put(gateway, Set.copyOf(names));
        String namespace = namespace(gateway);
        for (String name : before == null ? Set.<String>of() : before) {
            if (!isWanted(namespace, name)) {
                Named gone = named.remove(namespace + "/" + name);
                if (gone != null) {
                    gone.close();
                    // Room for another gateway's.
                    changed.accept(namespace + "/");
                }
            }
        }
        for (String name : names) {
            Named one = named.get(namespace + "/" + name);
            if (one == null && isRoomIn(namespace)) {
                one = new Named(namespace, name);
                named.put(namespace + "/" + name, one);
            }
            if (one == null) {
                LOG.warn(
                        "Gateway {}: Service {} is not looked at, as {} others are named in its namespace",
                        gateway,
                        name,
                        MAX_NAMED);
            } else if (closed) {
                one.close();
            } else {
                one.service.await();
                one.slices.await();
            }
        }
    }

    private boolean isRoomIn(String namespace) {
        return named.keySet().stream()
                        .filter(key -> namespace(key).equals(namespace))
                        .count()
                < MAX_NAMED;
    }

    private boolean isWanted(String namespace, String name) {
        return wanted.entrySet().stream()
                .anyMatch(entry -> namespace(entry.getKey()).equals(namespace)
                        && entry.getValue().contains(name));
    }

    private static String namespace(String key) {
        return key.substring(0, key.indexOf('/'));
    }

    /**
     * Returns a Service as the status of a gateway needs to know it; null if it is not there, {@link GatewayBackend#UNSEEN}
     * if a gateway names it and it is not looked at.
     */
    @Nullable
    GatewayBackend find(String namespace, String name) {
        String key = namespace + "/" + name;
        Named one = named.get(key);
        if (one != null) {
            return found(one.service.find(key), one.slices.objects().values());
        }
        JsonNode labelled = services.find(key);
        if (labelled == null && isWanted(namespace, name)) {
            return GatewayBackend.UNSEEN;
        }
        return found(
                labelled,
                slices.objects().entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(namespace + "/")
                                && entry.getValue()
                                        .path("metadata")
                                        .path("labels")
                                        .path(SERVICE_NAME)
                                        .asText("")
                                        .equals(name))
                        .map(Map.Entry::getValue)
                        .toList());
    }

    private static @Nullable GatewayBackend found(@Nullable JsonNode service, Collection<JsonNode> slices) {
        return service == null ? null : GatewayBackend.of(service, List.copyOf(slices));
    }

    @Override
    public void close() {
        closed = true;
        services.close();
        slices.close();
        named.values().forEach(Named::close);
    }
}
