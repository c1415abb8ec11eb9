package mesh.ambit.istiod.ambient;

import java.util.List;
import java.util.Map;
import mesh.ambit.model.TunnelProtocol;

/**
 * How a workload is reached. Both texts are matched exactly; the wish to be captured ({@code istio.io/dataplane-mode})
 * does not matter, only that capture is in place.
 */
final class Tunnels {
    private static final String REDIRECTION = "ambient.istio.io/redirection";

    private Tunnels() {}

    /** Returns whether a workload with these labels terminates HBONE itself. */
    static boolean isNative(Map<String, String> labels) {
        String words = labels.get(Labels.TUNNEL);
        return words != null && List.of(words.split(",", -1)).contains("http");
    }

    /** Returns the protocol in which a workload with these labels and annotations takes connections. */
    static TunnelProtocol protocol(Map<String, String> labels, Map<String, String> annotations) {
        boolean captured = "enabled".equals(annotations.get(REDIRECTION));
        return captured || isNative(labels) ? TunnelProtocol.HBONE : TunnelProtocol.NONE;
    }
}
