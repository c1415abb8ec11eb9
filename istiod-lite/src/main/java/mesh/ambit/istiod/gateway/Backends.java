package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;

/** The Services of gateways, and who is behind them. */
final class Backends implements AutoCloseable {
    private static final ApiResource SERVICES =
            ApiResource.of("", "v1", "services").labelled(WaypointObjects.GATEWAY_NAME);
    private static final ApiResource SLICES =
            ApiResource.of("discovery.k8s.io", "v1", "endpointslices").labelled(WaypointObjects.GATEWAY_NAME);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final Followed services;
    private final Followed slices;

    /**
     * Begins to follow them.
     *
     * @param changed told the {@code namespace/name} of a Service or a slice that came, changed or went
     */
    Backends(ApiServer server, Consumer<String> changed, InstantSource clock, RandomGenerator random) {
        this.services = new Followed(server, SERVICES, changed, clock, random);
        this.slices = new Followed(server, SLICES, changed, clock, random);
    }

    void await() throws InterruptedException {
        services.await();
        slices.await();
    }

    /** Returns a Service as the status of a gateway needs to know it; null if it is not there. */
    @Nullable
    GatewayBackend find(String namespace, String name) {
        JsonNode service = services.find(namespace + "/" + name);
        if (service == null) {
            return null;
        }
        List<JsonNode> own = slices.objects().entrySet().stream()
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

    @Override
    public void close() {
        services.close();
        slices.close();
    }
}
