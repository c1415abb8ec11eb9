package mesh.ambit.ztunnel.outbound;

import java.util.List;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.LoadBalancing.Scope;
import mesh.ambit.model.Locality;
import mesh.ambit.model.Workload;

/**
 * Where a client stands, as far as the choice of an endpoint asks: clients that stand alike have the same candidates.
 *
 * @param network its network
 * @param cluster its cluster
 * @param node its node
 * @param locality its region, zone and subzone
 */
record Vantage(String network, String cluster, String node, Locality locality) {
    /** No endpoint for this client. */
    static final int OUT = -1;

    static Vantage of(Workload client) {
        return new Vantage(client.network(), client.clusterId(), client.node(), client.locality());
    }

    /** Returns where a client stands when nothing but its network counts. */
    static Vantage inNetwork(String network) {
        return new Vantage(network, "", "", Locality.NONE);
    }

    /**
     * Returns how near an endpoint is, larger for nearer: how many scopes agree before the first that does not.
     *
     * <p>A preference that begins with the network is special: an endpoint of another network is compared by the other
     * scopes all the same, but never reaches the rank of one of ours.
     *
     * @return {@link #OUT} for an endpoint that {@link Mode#STRICT} excludes
     */
    int rank(Workload endpoint, Mode mode, List<Scope> preference) {
        boolean networkFirst = !preference.isEmpty() && preference.getFirst() == Scope.NETWORK;
        int rank = 0;
        int bonus = 0;
        for (int i = 0; i < preference.size(); i++) {
            Scope scope = preference.get(i);
            boolean agrees = agrees(scope, endpoint);
            if (networkFirst && scope == Scope.NETWORK) {
                if (!agrees) {
                    continue;
                }
                bonus = preference.size() - 1;
            }
            if (!agrees) {
                break;
            }
            rank++;
        }
        return mode == Mode.STRICT && rank != preference.size() ? OUT : rank + bonus;
    }

    private boolean agrees(Scope scope, Workload endpoint) {
        return switch (scope) {
            case REGION -> locality.region().equals(endpoint.locality().region());
            case ZONE -> locality.zone().equals(endpoint.locality().zone());
            case SUBZONE -> locality.subzone().equals(endpoint.locality().subzone());
            case NODE -> node.equals(endpoint.node());
            case CLUSTER -> cluster.equals(endpoint.clusterId());
            case NETWORK -> network.equals(endpoint.network());
            case UNSPECIFIED_SCOPE -> false;
        };
    }
}
