package mesh.ambit.ztunnel.app;

import java.util.concurrent.CompletableFuture;
import mesh.ambit.model.MeshDemand;
import mesh.ambit.xds.AdsClient;

/**
 * Completes a mesh that is known in part from the control plane.
 *
 * @param network the id of our own network
 * @param ads asks on demand
 */
record DemandedMesh(String network, AdsClient ads) implements MeshDemand {
    @Override
    public CompletableFuture<Void> ask(String name) {
        return ads.demand(name);
    }
}
