package mesh.ambit.wire;

import java.util.List;

/** Type URLs of the resources that a node proxy subscribes to. */
public final class TypeUrl {
    /** Workloads and services. */
    public static final String ADDRESS = "type.googleapis.com/istio.workload.Address";

    /** L4 authorization policies. */
    public static final String AUTHORIZATION = "type.googleapis.com/istio.security.Authorization";

    /** All of them, in the order in which they are asked for. */
    public static final List<String> ALL = List.of(ADDRESS, AUTHORIZATION);

    private TypeUrl() {}
}
