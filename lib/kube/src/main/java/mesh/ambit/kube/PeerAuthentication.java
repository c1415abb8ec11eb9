package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether workloads take connections without mutual TLS.
 *
 * @param selector null when the policy has none, which differs from an empty one
 * @param mode {@code UNSET} when not given
 * @param portLevelMtls modes of single ports, sorted by port; numbers without a sign
 */
public record PeerAuthentication(
        ObjectMeta metadata, @Nullable WorkloadSelector selector, Mode mode, Map<Integer, Mode> portLevelMtls)
        implements KubeObject {

    public PeerAuthentication {
        requireNonNull(metadata, "metadata");
        requireNonNull(mode, "mode");
        Map<Integer, Mode> sorted = new TreeMap<>(Integer::compareUnsigned);
        sorted.putAll(portLevelMtls);
        portLevelMtls = Collections.unmodifiableMap(sorted);
    }

    @Override
    public Kind kind() {
        return Kind.PEER_AUTHENTICATION;
    }

    /** How much a port insists on mutual TLS. */
    public enum Mode {
        UNSET,
        DISABLE,
        PERMISSIVE,
        STRICT
    }
}
