package mesh.ambit.istiod.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.FileMaterialStore;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.NodeTokenAuthenticator;
import mesh.ambit.istiod.issuer.NodeTokens;
import mesh.ambit.istiod.issuer.TokenIssuer;
import mesh.ambit.istiod.issuer.Trust;
import mesh.ambit.istiod.kube.ClusterSource;
import mesh.ambit.istiod.kube.ViewChanges;
import mesh.ambit.kube.FolderSource;

/** The embedded mesh: objects in a folder, and tokens that we issue to its nodes ourselves. */
final class FolderPlatform implements Platform {
    private final IstiodLiteConfig config;
    private final Path folder;
    private final Path keys;
    private final NodeTokens tokens;
    private final Authenticator authenticator;
    private final List<ClusterSource> sources = new CopyOnWriteArrayList<>();

    /**
     * Creates one that follows nothing yet.
     *
     * @param keys folder of the controller's own keys
     * @throws mesh.ambit.kube.FolderException if a folder is not there: then no key is made either
     */
    FolderPlatform(IstiodLiteConfig config, Path folder, Path keys, Supplier<String> trustDomain, InstantSource clock) {
        FolderSource.requireReadable(folder);
        config.clusters().values().forEach(FolderSource::requireReadable);
        this.config = config;
        this.folder = folder;
        this.keys = keys;
        TokenIssuer issuer = TokenIssuer.loadOrCreate(keys);
        this.tokens = new NodeTokens(issuer, config.audiences().getFirst(), config.state(), clock);
        this.authenticator = new NodeTokenAuthenticator(issuer, Set.copyOf(config.audiences()), trustDomain, clock);
    }

    @Override
    public void follow(MeshListener listener) throws IOException {
        sources.add(open("", folder, config.state(), listener));
        for (Map.Entry<String, Path> other : config.clusters().entrySet()) {
            Path state = config.state().resolve("clusters").resolve(other.getKey());
            sources.add(open(other.getKey(), other.getValue(), state, listener));
        }
        listener.complete();
    }

    private static ClusterSource open(String cluster, Path folder, Path state, MeshListener listener)
            throws IOException {
        return ClusterSource.open(
                folder, state, new ViewChanges((changes, problems) -> listener.changed(cluster, changes, problems)));
    }

    @Override
    public Authenticator authenticator() {
        return authenticator;
    }

    @Override
    public MaterialStore authorityStore() {
        return new FileMaterialStore(keys, config.mesh().systemNamespace());
    }

    /** Nothing: a folder has one controller, and the bundle is a file of its state. */
    @Override
    public void lead(Supplier<Trust> trust) {}

    @Override
    public void refresh(MeshPublisher.Published published) {
        Set<String> nodes = new LinkedHashSet<>(config.nodes());
        nodes.addAll(published.digest().nodes());
        tokens.refresh(nodes);
    }

    /** A folder that cannot be read shows its last state, and its problems say so. */
    @Override
    public List<String> troubles() {
        return List.of();
    }

    @Override
    public List<ClusterStanding> clusters() {
        return config.clusters().keySet().stream()
                .map(id -> new ClusterStanding(id, "", ClusterStanding.State.SYNCED))
                .toList();
    }

    @Override
    public String description() {
        return "folder " + folder + (config.clusters().isEmpty() ? "" : " and clusters " + config.clusters());
    }

    @Override
    public void close() {
        sources.forEach(ClusterSource::close);
    }
}
