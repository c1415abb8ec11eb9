package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.wire.TypeUrl;
import mesh.ambit.xds.AdsNode;
import mesh.ambit.xds.AdsWatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller seen through the client that people look at it with. */
class XdsWatchIT {
    private static final String SERVICE =
            "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: %s, ports: [{port: 80}]}}";
    private static final String WEB = "shop/web.shop.svc.cluster.local";

    @TempDir
    private Path directory;

    private final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private @Nullable ControllerLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = new ControllerLab(directory);
        lab.write("web.yaml", SERVICE.formatted("10.96.1.1"));
        lab.start();
    }

    @AfterEach
    void stop() {
        lab().close();
    }

    @Test
    void updatesAndRemovalsComeAsTheFolderChanges() throws Exception {
        try (AdsWatch _ = watch(
                new AdsWatch.Subscription(TypeUrl.ADDRESS, List.of(), List.of()),
                new AdsWatch.Subscription(TypeUrl.AUTHORIZATION, List.of(), List.of()))) {
            AdsWatch.Updated first = next(AdsWatch.Updated.class);
            assertThat(first.name()).isEqualTo(WEB);
            assertThat(first.resource().toString()).contains("\"hostname\":\"web.shop.svc.cluster.local\"");
            assertThat(List.of(
                            next(AdsWatch.Answered.class).type(),
                            next(AdsWatch.Answered.class).type()))
                    .containsExactlyInAnyOrder("istio.workload.Address", "istio.security.Authorization");

            lab().write("web.yaml", SERVICE.formatted("10.96.1.2"));
            AdsWatch.Updated second = next(AdsWatch.Updated.class);
            assertThat(second.name()).isEqualTo(WEB);
            assertThat(second.version()).isNotEqualTo(first.version()).isNotEmpty();
            assertThat(next(AdsWatch.Answered.class).type()).isEqualTo("istio.workload.Address");

            lab().write("web.yaml", "");
            assertThat(next(AdsWatch.Removed.class).name()).isEqualTo(WEB);
        }
    }

    @Test
    void onDemandIsAnsweredByNameAndAlias() throws Exception {
        try (AdsWatch _ =
                watch(new AdsWatch.Subscription(TypeUrl.ADDRESS, List.of("/10.96.1.1", "/10.96.9.9"), List.of()))) {
            AdsWatch.Updated updated = next(AdsWatch.Updated.class);
            assertThat(updated.name()).isEqualTo(WEB);
            assertThat(updated.aliases()).contains("/10.96.1.1");
            assertThat(next(AdsWatch.Removed.class).name()).isEqualTo("/10.96.9.9");
        }
    }

    @Test
    void anEndHasItsReason() throws Exception {
        try (AdsWatch _ = AdsWatch.open(
                controlPlane(new TokenSource.Literal("nonsense")),
                false,
                node(),
                List.of(new AdsWatch.Subscription(TypeUrl.ADDRESS, List.of(), List.of())),
                new Recorder())) {
            assertThat(next(String.class)).startsWith("UNAUTHENTICATED");
        }
    }

    private AdsWatch watch(AdsWatch.Subscription... subscriptions) {
        Path token = lab().state.resolve("nodes/node-a/token");
        return AdsWatch.open(
                controlPlane(new TokenSource.File(token)), false, node(), List.of(subscriptions), new Recorder());
    }

    private ControlPlane controlPlane(TokenSource token) {
        return new ControlPlane(
                URI.create("https://127.0.0.1:" + lab().running().grpcPort()),
                new TrustRoots.File(lab().state.resolve("root-cert.pem")),
                "istiod.istio-system.svc",
                token,
                "Kubernetes",
                Map.of());
    }

    private static AdsNode node() {
        return AdsNode.ofNodeProxy("127.0.0.1", "look", "istio-system", "node-a", Map.of());
    }

    private <T> T next(Class<T> type) throws InterruptedException {
        Object event = events.poll(60, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(requireNonNull(event));
    }

    private ControllerLab lab() {
        return requireNonNull(lab);
    }

    private final class Recorder implements AdsWatch.Listener {
        @Override
        public void event(AdsWatch.Event event) {
            events.add(event);
        }

        @Override
        public void ended(String reason) {
            events.add(reason);
        }
    }
}
