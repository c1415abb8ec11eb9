package mesh.ambit.istiod.app;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.issuer.ExternalSigner;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.issuer.Trust;

/** What the mesh runs on: where its objects are, and who knows the callers. */
interface Platform extends AutoCloseable {
    /**
     * Begins to tell {@code listener} of the objects and their changes.
     *
     * @throws IOException if there is nothing to follow
     */
    void follow(MeshListener listener) throws IOException;

    /** Returns who judges bearer tokens. */
    Authenticator authenticator();

    /**
     * Returns who runs where in the cluster that a caller says it is in.
     *
     * @param cluster empty for one who does not say
     * @param own who runs where in our own
     */
    default Placement placement(String cluster, Placement own) {
        return own;
    }

    /** Returns where a root of our own is kept. */
    MaterialStore authorityStore();

    /** Returns who besides us may sign here, of whom one is used if the settings name it. */
    default List<ExternalSigner> signers() {
        return List.of();
    }

    /** Begins what one controller does for all, in turns with the others; {@code trust} is what all are to trust. */
    void lead(Supplier<Trust> trust);

    /** Does what is to be done for the nodes now and then; called after each publication, and every half minute. */
    void refresh(MeshPublisher.Published published);

    /** Returns why objects or changes of them do not arrive now, one line each; empty when they do. */
    List<String> troubles();

    /** Returns how far reading each other cluster has come, by their names. */
    List<ClusterStanding> clusters();

    /** Returns what it is, for the log. */
    String description();

    @Override
    void close();
}
