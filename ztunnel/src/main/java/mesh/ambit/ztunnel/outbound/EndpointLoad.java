package mesh.ambit.ztunnel.outbound;

/** What endpoints have to do, as the choice among them sees it. */
@FunctionalInterface
public interface EndpointLoad {
    /** Nobody has anything to do. */
    EndpointLoad NONE = _ -> 0;

    /** Returns how many connections are open to a workload. */
    int connections(String workloadUid);
}
