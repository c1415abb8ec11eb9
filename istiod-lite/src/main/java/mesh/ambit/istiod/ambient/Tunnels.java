package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.model.TunnelProtocol;

/**
 * How a workload is reached. Both texts are matched exactly; the wish to be captured ({@code istio.io/dataplane-mode})
 * does not matter, only that capture is in place.
 */
final class Tunnels {
    private static final String REDIRECTION = "ambient.istio.io/redirection";

    private Tunnels() {}

    /** Returns whether the workload terminates HBONE itself. */
    static boolean isNative(ObjectMeta meta) {
        return List.of(meta.labels().getOrDefault(Labels.TUNNEL, "").split(",", -1))
                .contains("http");
    }

    /** Returns the protocol in which the workload takes connections. */
    static TunnelProtocol protocol(ObjectMeta meta) {
        boolean captured = "enabled".equals(meta.annotations().get(REDIRECTION));
        return captured || isNative(meta) ? TunnelProtocol.HBONE : TunnelProtocol.NONE;
    }
}
