package mesh.ambit.istiod.app;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.TokenReviewAuthenticator;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.KubernetesMetrics;
import mesh.ambit.istiod.kube.KubernetesSource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.TokenReviews;
import org.jspecify.annotations.Nullable;

/** A cluster: objects in its API server, which also knows whose tokens are whose. */
final class KubernetesPlatform implements Platform {
    private final IstiodLiteConfig config;
    private final KubernetesMetrics metrics;
    private final InstantSource clock;
    private final ApiServer server;
    private final Authenticator authenticator;
    private @Nullable KubernetesSource source;

    /**
     * Creates one; the server is not asked yet.
     *
     * @throws IOException if there is no usable kubeconfig
     */
    KubernetesPlatform(IstiodLiteConfig config, KubernetesMetrics metrics, InstantSource clock) throws IOException {
        this.config = config;
        this.metrics = metrics;
        this.clock = clock;
        this.server = ApiServer.connect(config.kubeconfig());
        this.authenticator = new TokenReviewAuthenticator(
                new TokenReviews(server)::review,
                config.audiences(),
                config.mesh().trustDomain());
    }

    @Override
    public void follow(ClusterListener listener) {
        source = KubernetesSource.open(server, config.mesh().systemNamespace(), metrics, listener, clock, new Random());
    }

    @Override
    public Authenticator authenticator() {
        return authenticator;
    }

    @Override
    public MaterialStore authorityStore() {
        return new SecretStore(server, config.mesh().systemNamespace());
    }

    /** The kubelet gives nodes their tokens. */
    @Override
    public void refresh(MeshPublisher.Published published) {}

    @Override
    public List<String> troubles() {
        KubernetesSource open = source;
        return open == null ? List.of() : open.troubles();
    }

    @Override
    public String description() {
        return "Kubernetes at " + server.url();
    }

    @Override
    public void close() {
        KubernetesSource open = source;
        if (open != null) {
            open.close();
        }
        server.close();
    }
}
