package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.config.Environment;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.push.DebugAnswers;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.istiod.push.PushMetrics;
import org.junit.jupiter.api.Test;

class DebugPagesTest {
    private final PushHub hub = new PushHub(Runnable::run, 1, InstantSource.system(), PushMetrics.NONE);
    private final DebugPages pages = new DebugPages(
            IstiodLiteConfig.of(new IstiodLiteOptions(), Environment.of(Map.of()), 2),
            hub,
            () -> new MeshPublisher.Published(List.of(), List.of(), new ClusterDigest()),
            () -> List.of(new ClusterStanding("west", "istio-system/west", ClusterStanding.State.TIMEOUT)));

    /** A token is the namespace of its bearer. */
    private final Map<String, HttpRoute> routes = pages.routes(new DebugAccess(
            token -> token.isEmpty()
                    ? new Authentication.Refused("empty")
                    : new Authentication.Accepted(
                            new CallerIdentity(new SpiffeId("cluster.local", token, "somebody"), null)),
            new DebugAnswers("istio-system", Set.of(), "replica", "v", hub::status, pages),
            Set.of("monitoring")));

    @Test
    void everyPageAnswersThisMachineAndProvenCallersOfTheRightNamespace() {
        assertThat(routes).hasSize(9);
        routes.forEach((path, route) -> {
            assertThat(status(route, path, "", true)).as(path).isEqualTo(200);
            assertThat(status(route, path, "Bearer istio-system", false))
                    .as(path)
                    .isEqualTo(200);
            assertThat(status(route, path, "bearer monitoring", false)).as(path).isEqualTo(200);
            assertThat(status(route, path, "", false)).as(path).isEqualTo(401);
            assertThat(status(route, path, "Bearer ", false)).as(path).isEqualTo(401);
            assertThat(status(route, path, "Basic istio-system", false))
                    .as(path)
                    .isEqualTo(401);
            assertThat(status(route, path, "Bearer shop", false)).as(path).isEqualTo(403);
            assertThat(route.mayBlock()).isTrue();
        });
    }

    @Test
    void effectiveConfigurationIsShownUnderItsNames() {
        String page = requireNonNull(pages.text("config"));

        for (String name : List.of(
                "TRUST_DOMAIN",
                "secureGRPCAddr",
                "DEFAULT_WORKLOAD_CERT_TTL",
                "PILOT_PUSH_THROTTLE",
                "keepaliveMaxServerConnectionAge")) {
            assertThat(page).contains("\"" + name + "\"");
        }
    }

    @Test
    void unknownPageHasNoText() {
        assertThat(pages.text("nope")).isNull();
        assertThat(pages.text("nope?a=b")).isNull();
    }

    @Test
    void pageIsAskedWithItsQuery() {
        assertThat(pages.text("adsz?push=true")).isEqualTo("Pushed to 0 servers\n");
        assertThat(pages.text("adsz?push=%zz")).startsWith("400 ");
    }

    private static int status(HttpRoute route, String path, String authorization, boolean fromLoopback) {
        return route.answer(new HttpQuery("GET", path, Map.of(), "", authorization, fromLoopback))
                .status();
    }
}
