package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether workloads take connections without mutual TLS.
 *
 * @param selector null when the policy has none, which differs from an empty one
 * @param mode {@code UNSET} when not given
 * @param portLevelMtls modes of single ports, sorted by port
 */
public record PeerAuthentication(
        ObjectMeta metadata, @Nullable WorkloadSelector selector, Mode mode, Map<Integer, Mode> portLevelMtls)
        implements KubeObject {

    public PeerAuthentication {
        requireNonNull(metadata, "metadata");
        requireNonNull(mode, "mode");
        portLevelMtls = Copies.sorted(portLevelMtls);
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
