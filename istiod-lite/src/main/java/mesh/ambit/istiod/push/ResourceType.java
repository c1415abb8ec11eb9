package mesh.ambit.istiod.push;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The resource types that this server answers, in the order in which they are pushed.
 *
 * <p>Policies come first: a workload that names a policy which its node does not have yet would be unprotected by it.
 */
enum ResourceType {
    /** Policies; every subscriber gets all of them. */
    AUTHORIZATION("type.googleapis.com/istio.security.Authorization", "wads"),
    /** Workloads and services, all or on demand. */
    ADDRESS("type.googleapis.com/istio.workload.Address", "wds"),
    /** The older form of {@link #ADDRESS}: bare workloads, no services, versions of the address form. */
    WORKLOAD("type.googleapis.com/istio.workload.Workload", "wds");

    /** The order in which removals are safe: first what may refer to policies, then they. */
    static final List<ResourceType> POLICIES_LAST = List.of(ADDRESS, WORKLOAD, AUTHORIZATION);

    private final String typeUrl;
    private final String label;

    ResourceType(String typeUrl, String label) {
        this.typeUrl = typeUrl;
        this.label = label;
    }

    /** Returns the type of {@code typeUrl}, or null for one that is not served. */
    static @Nullable ResourceType find(String typeUrl) {
        for (ResourceType type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return type;
            }
        }
        return null;
    }

    String typeUrl() {
        return typeUrl;
    }

    /** Returns the value of metric label {@code type}, as upstream shortens it. */
    String label() {
        return label;
    }
}
