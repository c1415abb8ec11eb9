package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.istiod.push.PushMetrics;
import org.junit.jupiter.api.Test;

class DebugPagesTest {
    private final Map<String, HttpRoute> routes = DebugPages.routes(
            IstiodLiteConfig.of(new IstiodLiteOptions(), Environment.of(Map.of()), 2),
            new PushHub(Runnable::run, Instant.EPOCH, PushMetrics.NONE),
            () -> new MeshPublisher.Published(ClusterView.EMPTY, MeshState.EMPTY, Placement.NONE));

    @Test
    void everyPageAnswersThisMachineOnly() {
        assertThat(routes).hasSize(5);
        routes.forEach((path, route) -> {
            assertThat(route.answer(query(path, true)).status()).as(path).isEqualTo(200);
            assertThat(route.answer(query(path, false)).status()).as(path).isEqualTo(403);
        });
    }

    @Test
    void effectiveConfigurationIsShownUnderItsNames() {
        String page = requireNonNull(routes.get("/debug/config"))
                .answer(query("/debug/config", true))
                .body();

        for (String name : List.of("TRUST_DOMAIN", "secureGRPCAddr", "DEFAULT_WORKLOAD_CERT_TTL")) {
            assertThat(page).contains("\"" + name + "\"");
        }
    }

    private static HttpQuery query(String path, boolean fromLoopback) {
        return new HttpQuery("GET", path, Map.of(), "", fromLoopback);
    }
}
