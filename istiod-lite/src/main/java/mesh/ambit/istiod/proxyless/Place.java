package mesh.ambit.istiod.proxyless;

import java.util.List;
import mesh.ambit.model.LoadBalancing.Scope;
import mesh.ambit.model.Locality;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Where a client is: as it says, and else as the mesh knows of the workload that it is. Unknown parts are empty.
 *
 * @param network null when nobody knows, which is not the empty name
 */
record Place(@Nullable String network, Locality locality, String node, String cluster) {
    static Place of(ProxylessMesh mesh, Viewer viewer) {
        Workload workload = Identification.of(mesh, viewer).workload();
        Locality locality = viewer.locality();
        if (workload == null) {
            return new Place(viewer.network().isEmpty() ? null : viewer.network(), locality, viewer.node(), "");
        }
        return new Place(
                workload.network(),
                locality.isEmpty() ? workload.locality() : locality,
                workload.node(),
                workload.clusterId());
    }

    /** Returns whether the client can reach addresses of {@code other} as they are. */
    boolean reaches(Workload other) {
        return network == null || network.equals(other.network());
    }

    /** Returns how many of {@code scopes}, from the first one on, the client shares with {@code other}. */
    int shared(List<Scope> scopes, Workload other) {
        int count = 0;
        for (Scope scope : scopes) {
            if (!shares(scope, other)) {
                break;
            }
            count++;
        }
        return count;
    }

    private boolean shares(Scope scope, Workload other) {
        Locality there = other.locality();
        return switch (scope) {
            case UNSPECIFIED_SCOPE -> true;
            case REGION -> locality.region().equals(there.region());
            case ZONE ->
                locality.region().equals(there.region()) && locality.zone().equals(there.zone());
            case SUBZONE -> locality.equals(there);
            case NODE -> node.equals(other.node());
            case CLUSTER -> cluster.equals(other.clusterId());
            case NETWORK -> reaches(other);
        };
    }
}
