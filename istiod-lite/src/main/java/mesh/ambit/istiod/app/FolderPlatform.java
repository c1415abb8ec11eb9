package mesh.ambit.istiod.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.FileMaterialStore;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.NodeTokenAuthenticator;
import mesh.ambit.istiod.issuer.NodeTokens;
import mesh.ambit.istiod.issuer.TokenIssuer;
import mesh.ambit.istiod.issuer.Trust;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.ClusterSource;
import mesh.ambit.istiod.kube.ViewChanges;
import org.jspecify.annotations.Nullable;

/** The embedded mesh: objects in a folder, and tokens that we issue to its nodes ourselves. */
final class FolderPlatform implements Platform {
    private final IstiodLiteConfig config;
    private final Path folder;
    private final Path keys;
    private final NodeTokens tokens;
    private final Authenticator authenticator;
    private @Nullable ClusterSource source;

    FolderPlatform(IstiodLiteConfig config, Path folder, Path keys, Supplier<String> trustDomain, InstantSource clock) {
        this.config = config;
        this.folder = folder;
        this.keys = keys;
        TokenIssuer issuer = TokenIssuer.loadOrCreate(keys);
        this.tokens = new NodeTokens(issuer, config.audiences().getFirst(), config.state(), clock);
        this.authenticator = new NodeTokenAuthenticator(issuer, Set.copyOf(config.audiences()), trustDomain, clock);
    }

    @Override
    public void follow(ClusterListener listener) throws IOException {
        source = ClusterSource.open(folder, config.state(), new ViewChanges(listener));
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
    public String description() {
        return "folder " + folder;
    }

    @Override
    public void close() {
        ClusterSource open = source;
        if (open != null) {
            open.close();
        }
    }
}
