package mesh.ambit.model;

import java.util.concurrent.CompletableFuture;

/** Has the control plane asked for what a mesh that is known in part only lacks. */
public interface MeshDemand {
    /** Returns the id of our own network. */
    String network();

    /**
     * Asks for one name: {@code network/ip}, {@code namespace/hostname} or a workload's uid.
     *
     * @return completes, on any thread, once the mesh has whatever the answer was; to be cancelled by who waits no longer
     */
    CompletableFuture<Void> ask(String name);
}
